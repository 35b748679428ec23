import { measurementOf } from '../src/load/measurement.ts';
import { balancedBy } from '../src/model/system.ts';
import type { Topology } from '../src/model/plan.ts';
import type { Deployment, Platform } from '../src/platforms/platform.ts';
import { newRunId } from '../src/record/run-folder.ts';
import { storesOf } from '../src/services/system.ts';
import { defaultApp } from '../src/scenarios/schema/app-settings.ts';
import type { LoadJob, WorkerResult } from '../src/worker/protocol.ts';
import { spread } from './statistics.ts';

const { signal } = new AbortController();

/** Replicas that answer `/todos/ID` from a cache which forgets nothing meanwhile, each limited to that many cores. */
export function topology(replicas: number, cpu?: number): Topology {
  return {
    kind: 'app',
    app: { ...defaultApp, cache: { ...defaultApp.cache, strategy: 'aside', ttlMs: 3_600_000 } },
    hasRedis: true,
    replicas,
    balancer: balancedBy('round-robin'),
    limits: { cpu, memoryBytes: undefined },
    slowReplicaMs: 0,
    autoscale: undefined,
    rollout: undefined,
    data: { users: 100, todos: 10_000 },
    freshData: false,
    serverTiming: false,
  };
}

/**
 * The requests per second that load workers near a deployment came to together.
 * @param onResult is given their common result while the platform still waits for it to be taken: nothing is removed yet
 */
export async function inside(
  deployment: Deployment,
  jobs: readonly LoadJob[],
  onResult: (result: WorkerResult) => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  let rps: number | undefined;
  for await (const message of deployment.generate(jobs, signal)) {
    if (message.type !== 'result') continue;
    const { requests, failed, durationMs } = measurementOf(message.result);
    if (failed > 0) throw new Error(`${failed} requests failed`);
    rps = (requests / durationMs) * 1000;
    await onResult(message.result);
  }
  if (rps === undefined) throw new Error('the load workers gave no result');
  return rps;
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const start = performance.now();
  return [await work(), (performance.now() - start) / 1000];
}

/** Up with one replica and down again, so many times: rows of what it took, images built. */
export async function lifecycle(platform: Platform, rounds: number): Promise<readonly (readonly string[])[]> {
  const ups: number[] = [];
  const downs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [stack, upSeconds] = await timed(async () => {
      const started = await platform.up({
        stores: storesOf([topology(1)]),
        runId: newRunId(new Date()),
        signal,
        onStep: () => undefined,
      });
      await started.deploy(topology(1), signal);
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
