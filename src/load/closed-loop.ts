import autocannon from 'autocannon';
import type { ClosedLoad } from '../scenarios/scenario.ts';
import { until } from './clock.ts';
import { Connection } from './connection.ts';
import { GeneratorWatch } from './generator.ts';
import type { LoadJob, WorkerResult } from './job.ts';
import { Origin } from './origin.ts';
import { Recorder } from './recorder.ts';
import { RequestMix } from './request-mix.ts';
import type { Stage } from './stage.ts';

/** Past every load: the time is kept here, as autocannon's own is in whole seconds. */
const foreverSeconds = 1_000_000;

/** How often passed seconds are looked for, and how soon autocannon sees that its clients are gone. */
const tickMs = 100;

/**
 * Closed-loop load. Warm-up and measured time use the same connections without a pause between them, so that the measured
 * time begins in the steady state: with the requests in flight that the warm-up left.
 */
export async function driveClosedLoop(job: LoadJob, load: ClosedLoad, stage: Stage): Promise<WorkerResult> {
  const { emit } = stage;
  const connections: Connection[] = [];
  const startMs = performance.now();
  const warmEndMs = startMs + load.warmupMs;
  let recorder = new Recorder({ phase: 'warm-up', startMs, emit });

  const measure = (): GeneratorWatch => {
    if (load.warmupMs > 0) recorder.end(performance.now());
    emit({ type: 'measuring' });
    const watch = new GeneratorWatch(stage.cpuUsage);
    const carried = connections.filter(({ inFlight }) => inFlight).length;
    const { durationMs } = load;
    recorder = new Recorder({ phase: 'measuring', startMs: performance.now(), durationMs, carried, emit });
    return watch;
  };

  // Without a warm-up, the very first requests count.
  let watch = load.warmupMs === 0 ? measure() : undefined;
  const clients = startClients(job, load, () => recorder, connections);
  const ticker = setInterval(() => recorder.tick(performance.now()), tickMs);
  let generator: WorkerResult['generator'];
  try {
    // The clients end before they are closed only where they could not be started.
    if (watch === undefined) await Promise.race([until(warmEndMs), clients]);
    watch ??= measure();
    await Promise.race([until(recorder.endMs), clients]);
    generator = watch.stop();
  } finally {
    clearInterval(ticker);
    for (const connection of connections) connection.close();
  }
  await clients;
  return recorder.finish(recorder.endMs, generator);
}

/** Opens all connections, dealt out over the addresses; resolves when all are closed. */
async function startClients(
  job: LoadJob,
  load: ClosedLoad,
  recorder: () => Recorder,
  connections: Connection[],
): Promise<void> {
  const mix = new RequestMix(job.workload, job.seed, job.share);
  const runs = job.urls.map(async (address, index) => {
    const share = Math.ceil((load.connections - index) / job.urls.length);
    if (share <= 0) return;
    const origin = new Origin(address, index);
    await autocannon({
      url: address,
      connections: share,
      duration: foreverSeconds,
      sampleInt: tickMs,
      skipAggregateResult: true,
      setupClient: (client) => {
        connections.push(new Connection(client, { origin, mix, timeoutMs: load.timeoutMs, recorder }));
      },
    });
  });
  await Promise.all(runs);
}
