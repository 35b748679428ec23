import type { ClosedLoad } from '../scenarios/scenario.ts';
import { until } from './clock.ts';
import { GeneratorWatch } from './generator.ts';
import { HttpClient } from './http/http-client.ts';
import type { LoadJob, WorkerResult } from './job.ts';
import { LabUser, type LabBooks } from './lab-user.ts';
import { Origin } from './origin.ts';
import { Recorder } from './recorder.ts';
import { RequestMix } from './request-mix.ts';
import type { Stage } from './stage.ts';

/** How often passed seconds are looked for. */
const tickMs = 100;

/**
 * Closed-loop load on the lab's own connections. Warm-up and measured time use the same connections without a pause between
 * them, so that the measured time begins in the steady state: with the requests in flight that the warm-up left.
 */
export async function driveLabLoop(job: LoadJob, load: ClosedLoad, stage: Stage): Promise<WorkerResult> {
  const { emit } = stage;
  const startMs = performance.now();
  const books: LabBooks = { recorder: new Recorder({ phase: 'warm-up', startMs, emit }) };
  using client = new HttpClient({ keepAlive: true, timeoutMs: load.timeoutMs });
  const users = usersOf(job, load, client, books);

  const measure = (): GeneratorWatch => {
    if (load.warmupMs > 0) books.recorder.end(performance.now());
    emit({ type: 'measuring' });
    const watch = new GeneratorWatch(stage.cpuUsage);
    const carried = users.filter(({ inFlight }) => inFlight).length;
    const { durationMs } = load;
    books.recorder = new Recorder({ phase: 'measuring', startMs: performance.now(), durationMs, carried, emit });
    return watch;
  };

  // Without a warm-up, the very first requests count.
  let watch = load.warmupMs === 0 ? measure() : undefined;
  // Users that think all begin at another time: they would otherwise ask in unison for ever.
  for (const [index, user] of users.entries()) user.start((load.thinkMs * index) / users.length);
  const ticker = setInterval(() => books.recorder.tick(performance.now()), tickMs);
  let generator: WorkerResult['generator'];
  try {
    if (watch === undefined) await until(startMs + load.warmupMs);
    watch ??= measure();
    await until(books.recorder.endMs);
    generator = watch.stop();
  } finally {
    clearInterval(ticker);
    for (const user of users) user.stop();
  }
  return books.recorder.finish(books.recorder.endMs, generator);
}

/** One user for each connection, dealt out over the addresses. */
function usersOf(job: LoadJob, load: ClosedLoad, client: HttpClient, books: LabBooks): readonly LabUser[] {
  const mix = new RequestMix(job.workload, job.seed, job.share);
  const origins = job.urls.map((address, index) => new Origin(address, index));
  return Array.from({ length: load.connections }, (_, index) => {
    const origin = origins[index % origins.length];
    if (origin === undefined) throw new Error('A job needs at least one address.');
    return new LabUser(client.connectionTo(origin), { mix, books, thinkMs: load.thinkMs });
  });
}
