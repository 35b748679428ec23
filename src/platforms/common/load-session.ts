import type { Writable } from 'node:stream';
import type { z } from 'zod';
import { LabError } from '../../errors.ts';
import type { LoadJob, WorkerMessage, startSchema } from '../../load/job.ts';
import { readWorkerMessages } from '../../load/worker-process.ts';
import { interleave } from './interleave.ts';
import { logTail } from './log-tail.ts';
import { MessageMerge } from './message-merge.ts';
import { settlesWithin } from './time-limit.ts';

/** A load worker that was started, wherever it runs. */
export interface StartedWorker {
  /** Settles when it has ended. */
  readonly ended: Promise<string>;
  /** How it ended; undefined while it runs. */
  readonly end: string | undefined;
  log(): Promise<string>;
}

/** A load worker and the job that it is to do. */
export interface LoadSession {
  readonly worker: StartedWorker;
  /** Where its job goes. */
  readonly stdin: Writable;
  /** Where what it says comes from. */
  readonly stdout: AsyncIterable<Buffer | string>;
  readonly job: LoadJob;
}

/** From the last `ready` to the start: each of several workers has to hear of it before. */
const leadMs = 200;

/**
 * Hands workers their jobs, has them begin at the same instant once all are ready, and reads them to their results; what they
 * say comes as from one. Where one fails all of it does, with how that one ended and its log. Whoever has started the workers
 * ends them afterwards, in every way out.
 */
export async function* readLoad(sessions: readonly LoadSession[], signal: AbortSignal): AsyncIterable<WorkerMessage> {
  for (const { stdin, job } of sessions) {
    // A worker that dies early is told of by the end of its output, not by the pipe that it left.
    stdin.on('error', () => undefined);
    write(stdin, job);
  }
  const merge = new MessageMerge(sessions.length);
  for await (const message of interleave(sessions.map((session) => readWorker(session, signal)))) {
    const merged = merge.add(message);
    if (merged?.type === 'ready') begin(sessions);
    else if (merged !== undefined) yield merged;
  }
  // Their input is open until now: a worker whose lab was killed sees the end of it, and stops.
  for (const { stdin } of sessions) stdin.end();
  await Promise.all(sessions.map(({ worker }) => settlesWithin(1_000, worker.ended)));
}

function begin(sessions: readonly LoadSession[]): void {
  // One alone has nobody to begin with, and need not have the same clock.
  const start = sessions.length > 1 ? { startAtMs: Date.now() + leadMs } : {};
  for (const { stdin } of sessions) write(stdin, start);
}

function write(stdin: Writable, line: LoadJob | z.infer<typeof startSchema>): void {
  stdin.write(`${JSON.stringify(line)}\n`);
}

async function* readWorker(session: LoadSession, signal: AbortSignal): AsyncIterable<WorkerMessage> {
  try {
    yield* readWorkerMessages(session.stdout);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof LabError ? await loss(session, error) : error;
  }
}

/** What went wrong with a worker: which one it was where there are several, how it ended, and its log. */
async function loss({ worker, job }: LoadSession, error: LabError): Promise<LabError> {
  const { index, of } = job.share;
  const name = of === 1 ? 'The load worker' : `Load worker ${index + 1} of ${of}`;
  await settlesWithin(500, worker.ended);
  const details = [...error.details, ...logTail(await worker.log())];
  const { hint = worker.end === undefined ? undefined : `${name} ${worker.end}.` } = error;
  return new LabError(error.message.replace(/^The load worker/, name), {
    details,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}
