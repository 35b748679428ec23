import type { BurstLoad } from '../scenarios/scenario.ts';
import { BurstConnection } from './burst-connection.ts';
import { until } from './clock.ts';
import { GeneratorWatch } from './generator.ts';
import type { LoadJob, WorkerResult } from './job.ts';
import { Origin } from './origin.ts';
import { Recorder } from './recorder.ts';
import { RequestMix } from './request-mix.ts';
import type { Stage } from './stage.ts';

/** How often passed seconds are looked for. */
const tickMs = 100;

/**
 * Bursts of requests at the same instant. The first one opens the connections, warms up and is not measured. The next one
 * comes `everyMs` after its last answer: a pause in which the parent reads the stack's counters. From then on a burst starts
 * `everyMs` after the start of the one before, or when that one's last answer is there, if this takes longer.
 *
 * The measured time is from the start of the first measured burst to the last answer or time-out, so nothing is unfinished.
 */
export async function driveBursts(job: LoadJob, load: BurstLoad, stage: Stage): Promise<WorkerResult> {
  const mix = new RequestMix(job.workload, job.seed);
  const origins = job.urls.map((address, index) => new Origin(address, index));
  const connections = Array.from({ length: load.size }, (_, index) => {
    const origin = origins[index % origins.length];
    if (origin === undefined) throw new Error('A job needs at least one address.');
    return new BurstConnection(origin);
  });

  const open = async (): Promise<void> => {
    // Lets the loop read once, so that connections which were closed meanwhile are known to be.
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(connections.map((connection) => connection.open(load.timeoutMs)));
  };
  const burst = async (recorder?: Recorder): Promise<void> => {
    const ends = connections.map((connection) => connection.send(mix.draw(), recorder));
    const timer = setTimeout(() => connections.forEach((connection) => connection.giveUp()), load.timeoutMs);
    await Promise.all(ends);
    clearTimeout(timer);
  };

  await open();
  await burst();
  stage.emit({ type: 'measuring' });
  await until(performance.now() + load.everyMs);
  await open();

  const watch = new GeneratorWatch(stage.cpuUsage);
  const recorder = new Recorder({ phase: 'measuring', startMs: performance.now(), emit: stage.emit });
  const ticker = setInterval(() => recorder.tick(performance.now()), tickMs);
  let nextMs = performance.now();
  for (let number = 1; number <= load.times; number++) {
    if (number > 1) {
      await until(nextMs);
      await open();
    }
    nextMs = performance.now() + load.everyMs;
    await burst(recorder);
  }
  const endMs = performance.now();
  clearInterval(ticker);
  const generator = watch.stop();
  for (const connection of connections) connection.close();
  return recorder.finish(endMs, generator);
}
