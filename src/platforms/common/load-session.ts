import type { Writable } from 'node:stream';
import { LabError } from '../../errors.ts';
import type { LoadJob, WorkerMessage } from '../../load/job.ts';
import { readWorkerMessages } from '../../load/worker-process.ts';
import { logTail } from './log-tail.ts';
import { settlesWithin } from './time-limit.ts';

/** A load worker that was started, wherever it runs. */
export interface StartedWorker {
  /** Settles when it has ended. */
  readonly ended: Promise<string>;
  /** How it ended; undefined while it runs. */
  readonly end: string | undefined;
  log(): Promise<string>;
}

/** Where its job goes, and what it says comes from. */
export interface Pipes {
  readonly stdin: Writable;
  readonly stdout: AsyncIterable<Buffer | string>;
}

/** Hands a worker its job and reads it to its result. A failure carries how the worker ended, and its log. */
export async function* readLoad(
  worker: StartedWorker,
  { stdin, stdout }: Pipes,
  job: LoadJob,
  signal: AbortSignal,
): AsyncIterable<WorkerMessage> {
  try {
    // A worker that dies early is told of by the end of its output, not by the pipe that it left.
    stdin.on('error', () => undefined);
    stdin.write(`${JSON.stringify(job)}\n`);
    yield* readWorkerMessages(stdout);
    // Its input is open until now: a worker whose lab was killed sees the end of it, and stops.
    stdin.end();
    await settlesWithin(1_000, worker.ended);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    await settlesWithin(500, worker.ended);
    const details = [...error.details, ...logTail(await worker.log())];
    const { hint = worker.end === undefined ? undefined : `The load worker ${worker.end}.` } = error;
    throw new LabError(error.message, { details, cause: error, ...(hint === undefined ? {} : { hint }) });
  }
}
