import type { Writable } from 'node:stream';
import type { z } from 'zod';
import { logTail } from '../machine/log-tail.ts';
import { settlesWithin, unlessAborted } from '../machine/time-limit.ts';
import { LabError } from '../model/errors.ts';
import type { LoadJob, WorkerMessage, clockQuestionSchema, startSchema } from '../worker/protocol.ts';
import { interleave } from './interleave.ts';
import { MessageMerge } from './message-merge.ts';
import { readWorkerMessages } from './worker-process.ts';

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
  /** Whether it runs on another machine, whose clock may be another one: it is asked before it is told when to start. */
  readonly hasOwnClock?: boolean;
}

/** From the last `ready` to the start: each of several workers has to hear of it before, wherever it is. */
const leadMs = { here: 200, elsewhere: 1_000 } as const;

/** A worker that says nothing more has ended, or is about to; its platform may take a while to tell how. */
const endMs = 5_000;

/** How often a clock is asked; the quickest answer tells best. */
const clockQuestions = 5;

/** How far the clocks of workers are ahead of this one, in ms; none for a worker with the same clock. */
type ClockOffsets = Map<LoadSession, number>;

/** The next message of a worker, unless the signal is given before. */
type Next = () => Promise<IteratorResult<WorkerMessage>>;

/**
 * Hands workers their jobs, has them begin at the same instant once all are ready, and reads them to their results; what they
 * say comes as from one. Where one fails all of it does, with how that one ended and its log, and so it does where one is silent
 * for too long. Whoever has started the workers ends them afterwards, in every way out.
 */
export async function* readLoad(
  sessions: readonly LoadSession[],
  signal: AbortSignal,
  silenceLimitMs?: number,
): AsyncIterable<WorkerMessage> {
  for (const { stdin, job } of sessions) {
    // A worker that dies early is told of by the end of its output, not by the pipe that it left.
    stdin.on('error', () => undefined);
    write(stdin, job);
  }
  const merge = new MessageMerge(sessions.length);
  const offsets: ClockOffsets = new Map();
  for await (const message of interleave(
    sessions.map((session) => readWorker(session, offsets, signal, silenceLimitMs)),
  )) {
    const merged = merge.add(message);
    if (merged?.type === 'ready') begin(sessions, offsets);
    else if (merged !== undefined) yield merged;
  }
  // Their input is open until now: a worker whose lab was killed sees the end of it, and stops.
  for (const { stdin } of sessions) stdin.end();
  await Promise.all(sessions.map(({ worker }) => settlesWithin(1_000, worker.ended, signal)));
}

function begin(sessions: readonly LoadSession[], offsets: ClockOffsets): void {
  const startMs = Date.now() + (offsets.size === 0 ? leadMs.here : leadMs.elsewhere);
  for (const session of sessions) {
    // One alone has nobody to begin with.
    const start = sessions.length > 1 ? { startAtMs: startMs + (offsets.get(session) ?? 0) } : {};
    write(session.stdin, start);
  }
}

function write(
  stdin: Writable,
  line: LoadJob | z.infer<typeof startSchema> | z.infer<typeof clockQuestionSchema>,
): void {
  stdin.write(`${JSON.stringify(line)}\n`);
}

/** The messages of a worker; where it has a clock of its own, `ready` comes once that is known. */
async function* readWorker(
  session: LoadSession,
  offsets: ClockOffsets,
  signal: AbortSignal,
  silenceLimitMs?: number,
): AsyncIterable<WorkerMessage> {
  try {
    const messages = readWorkerMessages(session.stdout, silenceLimitMs)[Symbol.asyncIterator]();
    const next: Next = async () => unlessAborted(messages.next(), signal);
    for (let message = await next(); message.done !== true; message = await next()) {
      if (message.value.type === 'ready' && session.hasOwnClock === true) {
        offsets.set(session, await clockOffset(session, next));
      }
      yield message.value;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof LabError ? await loss(session, error, signal) : error;
  }
}

/**
 * How far a worker's clock is ahead: as if its answer was given in the middle of the time that it took, which is off by half of
 * that at most (Cristian, "Probabilistic clock synchronization", 1989).
 */
async function clockOffset({ stdin }: LoadSession, next: Next): Promise<number> {
  let best = { tookMs: Infinity, offsetMs: 0 };
  for (let question = 0; question < clockQuestions; question++) {
    const askedMs = Date.now();
    write(stdin, { ask: 'clock' });
    const answer = await next();
    if (answer.done === true || answer.value.type !== 'clock') {
      throw new LabError('The load worker did not say what its clock says.');
    }
    const tookMs = Date.now() - askedMs;
    if (tookMs < best.tookMs) best = { tookMs, offsetMs: answer.value.atMs - (askedMs + tookMs / 2) };
  }
  return best.offsetMs;
}

/** What went wrong with a worker: which one it was where there are several, how it ended, and its log. */
async function loss({ worker, job }: LoadSession, error: LabError, signal: AbortSignal): Promise<LabError> {
  const { index, of } = job.share;
  const name = of === 1 ? 'The load worker' : `Load worker ${index + 1} of ${of}`;
  await settlesWithin(endMs, worker.ended, signal);
  const details = [...error.details, ...logTail(await worker.log())];
  const { hint = worker.end === undefined ? undefined : `${name} ${worker.end}.` } = error;
  return new LabError(error.message.replace(/^The load worker/, name), {
    details,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}
