import type { ClosedLoad } from '../../model/load-profile.ts';
import { requestNames } from '../../model/workload.ts';
import type { LoadJob, WorkerResult } from '../protocol.ts';
import { Recorder, tickMs, warmupRecorder } from '../recording/recorder.ts';
import { until } from './clock.ts';
import { GeneratorWatch } from './generator.ts';
import type { Stage } from './stage.ts';

/** Where the ends of requests are noted: the books of this moment. */
export interface Books {
  readonly recorder: Recorder;
}

/** The connections of a closed loop, that ask from when they are opened. */
export interface Users {
  /** How many have a request in flight that the books know of. */
  readonly inFlight: number;
  /** Settles when all are closed; rejects where they could not be opened. */
  readonly ended: Promise<void>;
  /** Closes them. A request in flight is left unfinished. */
  stop(): void;
}

/**
 * Takes the books of a closed loop, whoever drives it. Warm-up and measured time use the same connections without a pause
 * between them, so that the measured time begins in the steady state: with the requests in flight that the warm-up left.
 */
export async function bookClosedLoop(
  { workload }: LoadJob,
  load: ClosedLoad,
  { emit, cpuUsage }: Stage,
  open: (books: Books) => Users,
): Promise<WorkerResult> {
  const startMs = performance.now();
  const books = { recorder: warmupRecorder(startMs + load.warmupMs, load.warmupMs, emit) };
  const measure = (carried: number): GeneratorWatch => {
    if (load.warmupMs > 0) books.recorder.end();
    emit({ type: 'measuring' });
    const watch = new GeneratorWatch(cpuUsage);
    const { durationMs } = load;
    const requests = requestNames(workload);
    const startMs = performance.now();
    books.recorder = new Recorder({ phase: 'measuring', requests, startMs, durationMs, carried, emit });
    return watch;
  };

  // Without a warm-up, the very first requests count.
  let watch = load.warmupMs === 0 ? measure(0) : undefined;
  const users = open(books);
  const ticker = setInterval(() => books.recorder.tick(performance.now()), tickMs);
  let generator: WorkerResult['generator'];
  try {
    // They end before they are stopped only where they could not be opened.
    if (watch === undefined) await Promise.race([until(startMs + load.warmupMs), users.ended]);
    watch ??= measure(users.inFlight);
    await Promise.race([until(books.recorder.endMs), users.ended]);
    generator = watch.stop();
    books.recorder.passed();
    emit({ type: 'measured' });
  } finally {
    clearInterval(ticker);
    users.stop();
  }
  await users.ended;
  return books.recorder.finish(books.recorder.endMs, generator);
}
