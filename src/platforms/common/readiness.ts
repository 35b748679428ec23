import { TimeLimit, onAbort, unlessAborted, withTimeLimit } from '../../machine/time-limit.ts';
import { LabError } from '../../model/errors.ts';
import { NotReady } from './answer.ts';

/** Something that was started, may end by itself, and can say why. */
export interface Watched {
  /** Settles when it has ended, with words for how. */
  readonly ended: Promise<string>;
  /** How it ended; undefined while it runs. */
  readonly end: string | undefined;
  /** What went wrong with it, with the end of its log. */
  failure(what: string, cause?: unknown): Promise<LabError>;
}

const usualLimitMs = 30_000;
/** For programs that work on data, which may be much. */
const workLimitMs = 300_000;

class Ended extends Error {}

/** Waits for a sign of readiness. If the service ends instead, or takes too long, this fails with its log. */
export async function untilSign<T>(
  service: Watched,
  sign: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  limitMs = usualLimitMs,
): Promise<T> {
  const controller = new AbortController();
  using _ = onAbort(signal, () => controller.abort(signal.reason));
  void service.ended.then((end) => controller.abort(new Ended(end)));
  try {
    return await withTimeLimit(limitMs, controller.signal, sign);
  } catch (error) {
    signal.throwIfAborted();
    if (service.end !== undefined) throw await service.failure(service.end, error);
    if (error instanceof TimeLimit) throw await service.failure(`was not ready after ${limitMs / 1000} s`, error);
    if (error instanceof NotReady) throw await service.failure(error.message, error);
    throw error;
  }
}

/**
 * Waits until a program has done its work and has ended. Heeds the signal at once; the program is the caller's to end then.
 * @throws {LabError} with its log, where it ends with anything but exit code 0, or stands still
 */
export async function untilDone(program: Watched, signal: AbortSignal, limitMs = workLimitMs): Promise<void> {
  let end: string;
  try {
    end = await withTimeLimit(limitMs, signal, (limited) => unlessAborted(program.ended, limited));
  } catch (error) {
    signal.throwIfAborted();
    throw await program.failure(
      `was not done after ${limitMs / 1000} s: it, or what it works with, stands still`,
      error,
    );
  }
  signal.throwIfAborted();
  if (end !== 'exited with code 0') throw await program.failure(end);
}

/** Adds what to do about a server that runs and does not become ready; of one that has ended its log tells. */
export async function withHint<T>(hint: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof LabError) || error.hint !== undefined || !isLate(error.cause)) throw error;
    throw new LabError(error.message, { details: error.details, logs: error.logs, hint, cause: error });
  }
}

function isLate(cause: unknown): boolean {
  return cause instanceof NotReady || cause instanceof TimeLimit;
}
