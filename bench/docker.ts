import os from 'node:os';
import type { LoadJob } from '../src/load/job.ts';
import { measurementOf } from '../src/load/measurement.ts';
import { openPlatform } from '../src/platforms/index.ts';
import type { Deployment, Platform } from '../src/platforms/platform.ts';
import { newRunId } from '../src/run-folder.ts';
import { defaultApp } from '../src/scenarios/app-settings.ts';
import type { Topology } from '../src/scenarios/plan.ts';
import { closedJob, load } from './programs.ts';
import { ratios, spread, table } from './statistics.ts';

const rounds = 5;
const durationMs = 4000;
const signal = new AbortController().signal;

function topology(replicas: number, cpu: number | undefined): Topology {
  return {
    kind: 'app',
    app: { ...defaultApp, cache: { ...defaultApp.cache, strategy: 'aside', ttlMs: 3_600_000 } },
    replicas,
    balancer: 'round-robin',
    limits: { cpu, memoryBytes: undefined },
    slowReplicaMs: 0,
    autoscale: undefined,
    rollout: undefined,
    data: { users: 100, todos: 10_000 },
    freshData: false,
    serverTiming: false,
  };
}

async function inside(deployment: Deployment, job: LoadJob): Promise<number> {
  for await (const message of deployment.generate([job], signal)) {
    if (message.type !== 'result') continue;
    const { requests, failed, durationMs: measuredMs } = measurementOf(message.result);
    if (failed > 0) throw new Error(`${failed} requests failed`);
    return (requests / measuredMs) * 1000;
  }
  throw new Error('the load worker gave no result');
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const start = performance.now();
  return [await work(), (performance.now() - start) / 1000];
}

/** Up with one replica and down again, images built. */
async function benchLifecycle(platform: Platform): Promise<readonly (readonly string[])[]> {
  const ups: number[] = [];
  const downs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [stack, upSeconds] = await timed(async () => {
      const started = await platform.up({ runId: newRunId(new Date()), signal, onStep: () => undefined });
      await started.deploy(topology(1, undefined), signal);
      return started;
    });
    const [, downSeconds] = await timed(async () => stack[Symbol.asyncDispose]());
    ups.push(upSeconds);
    downs.push(downSeconds);
  }
  return [
    ['stack up with one replica, images built', spread(ups, ' s')],
    ['stack down', spread(downs, ' s')],
  ];
}

/** Docker's own figures: where the load comes from, what replicas add, how long a stack takes. */
export async function benchDocker(): Promise<string> {
  const platform = await openPlatform('docker', { environment: process.env, temporaryFolder: os.tmpdir() });
  const unmet = (await platform.requirements(signal)).filter(({ met }) => !met);
  if (unmet.length > 0) return `## Docker\n\nNot taken: ${unmet.map(({ name }) => name).join(', ')} missing.`;

  const insideRps: number[] = [];
  const publishedRps: number[] = [];
  const one: number[] = [];
  const four: number[] = [];
  {
    await using stack = await platform.up({
      runId: newRunId(new Date()),
      signal,
      onStep: () => undefined,
      publish: true,
    });
    for (let round = 0; round < rounds; round++) {
      const deployment = await stack.deploy(topology(1, undefined), signal);
      insideRps.push(await inside(deployment, closedJob(deployment.urls, '/todos/1', durationMs)));
      publishedRps.push((await load(deployment.address ?? '', '/todos/1', durationMs)).rps);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [replicas, figures] of [[1, one] as const, [4, four] as const]) {
        const deployment = await stack.deploy(topology(replicas, 0.25), signal);
        figures.push(await inside(deployment, closedJob(deployment.urls, '/todos?limit=100', durationMs, 12_000)));
      }
    }
  }
  const rows = [
    ['cached read, worker on the network of the containers', spread(insideRps), '1'],
    [
      'cached read, through a published port from outside',
      spread(publishedRps),
      spread(ratios(publishedRps, insideRps)),
    ],
    ['a page of 100 todos, one replica at 0.25 CPU', spread(one), '1'],
    ['a page of 100 todos, four replicas at 0.25 CPU behind nginx', spread(four), spread(ratios(four, one))],
  ];
  return [
    '## Docker',
    `${rounds} rounds, each pair in turn, 50 connections, ${durationMs / 1000} s each after 1 s of warm-up (12 s\nfor the replicas with a quarter of a core); median (lowest to
highest). The containers, nginx and the load generator share ${os.availableParallelism()} cores.`,
    table(['what', 'RPS', 'against the line before'], rows),
    table(['what', 'time'], await benchLifecycle(platform)),
  ].join('\n\n');
}
