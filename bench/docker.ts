import os from 'node:os';
import { openPlatform } from '../src/platforms/index.ts';
import { newRunId } from '../src/record/run-folder.ts';
import { storesOf } from '../src/services/system.ts';
import { closedJob, load } from './programs.ts';
import { inside, lifecycle, topology } from './stack.ts';
import { ratios, spread, table } from './statistics.ts';

const rounds = 5;
const durationMs = 4000;
const signal = new AbortController().signal;

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
      stores: storesOf([topology(1)]),
      runId: newRunId(new Date()),
      signal,
      onStep: () => undefined,
      publish: true,
    });
    for (let round = 0; round < rounds; round++) {
      const deployment = await stack.deploy(topology(1), signal);
      insideRps.push(await inside(deployment, [closedJob(deployment.urls, '/todos/1', durationMs)]));
      publishedRps.push((await load(deployment.address ?? '', '/todos/1', durationMs)).rps);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [replicas, figures] of [[1, one] as const, [4, four] as const]) {
        const deployment = await stack.deploy(topology(replicas, 0.25), signal);
        figures.push(await inside(deployment, [closedJob(deployment.urls, '/todos?limit=100', durationMs, 12_000)]));
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
    table(['what', 'time'], await lifecycle(platform, rounds)),
  ].join('\n\n');
}
