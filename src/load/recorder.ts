import { AnatomySampler } from './anatomy.ts';
import type { BodySample } from './answer.ts';
import { Causes, type CauseParts } from './causes.ts';
import type { DrawnRequest } from './drawn-request.ts';
import { isRefusal } from './failure.ts';
import { LatencyHistogram } from './histogram.ts';
import { ownLimits } from './own-limits.ts';
import type { ErrorKind, FailureKind, RefusalKind, WorkerMessage, WorkerResult, WorkerSlice } from './job.ts';

/** How often passed seconds should be looked for. */
export const tickMs = 100;

/** Which stretch of time a recorder records. */
export interface RecorderOptions {
  readonly phase: 'warm-up' | 'measuring';
  /** Its first moment, on the clock of `performance.now()`. */
  readonly startMs: number;
  /** Left out where only the end itself shows it. */
  readonly durationMs?: number;
  /** How many seconds {@link Recorder.end} tells of. */
  readonly seconds?: number;
  /** Requests that were in flight at the first moment. */
  readonly carried?: number;
  /** Whether what ends after the last moment still counts, because it was due before (open load). */
  readonly waits?: boolean;
  /** Takes a message for each second that has passed. */
  readonly emit: (message: WorkerMessage) => void;
}

/** A whole answer, right or not. */
export interface RecordedAnswer {
  /** When its request was due, where it had to wait to be sent. */
  readonly dueAtMs?: number;
  readonly sentAtMs: number;
  readonly status: number;
  readonly bytes: number;
  readonly fault?: ErrorKind | undefined;
  /** The beginning of its body, where it is wrong. */
  readonly sample?: BodySample | undefined;
  /** What the server said of its times: a `Server-Timing` field. */
  readonly serverTiming?: string | undefined;
  readonly request?: DrawnRequest | undefined;
}

/**
 * The books of one stretch of time. A request of closed load is in the books of the stretch in which it ends, with its whole latency: what
 * was in flight at the first moment and what was sent since is what was right, failed, or was unfinished at the last moment.
 * (Books by the moment of sending would lack a latency's worth of answers at both ends, and the slow ones among them.)
 * What comes in at or after the last moment finds its request unfinished, even if the timer that ends the stretch is late.
 *
 * A request of open load is in the books of the stretch in which it was due, which therefore `waits` for late answers.
 *
 * Memory does not grow with the number of requests: one histogram for the current second, one for all before it, and a few
 * encoded kilobytes for each second.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #endMs: number;
  /** From here on nothing is recorded. */
  readonly #closesMs: number;
  readonly #anatomy: AnatomySampler;
  readonly #slices: WorkerSlice[] = [];
  readonly #whole = new LatencyHistogram();
  readonly #slice = new LatencyHistogram();
  readonly #statuses = new Map<number, number>();
  readonly #errors = new Map<ErrorKind, number>();
  readonly #refusals = new Map<RefusalKind, number>();
  readonly #causes = new Causes();
  #second = 0;
  #sliceSent = 0;
  #sliceRequests = 0;
  #sliceErrors = 0;
  readonly #carried: number;
  #sent = 0;
  #requests = 0;
  #completed = 0;
  #late = 0;
  #failed = 0;
  #refused = 0;
  #unfinished = 0;
  #bytes = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#carried = options.carried ?? 0;
    this.#endMs = options.startMs + (options.durationMs ?? Infinity);
    this.#closesMs = options.waits === true ? Infinity : this.#endMs;
    this.#anatomy = new AnatomySampler(options.startMs);
  }

  /** The first moment that is not recorded any more. */
  get endMs(): number {
    return this.#endMs;
  }

  /** Right answers that came after the last moment. */
  get late(): number {
    return this.#late;
  }

  /** Notes a request that is sent now; false where the stretch is over, and its end need not be reported. */
  sent(nowMs: number): boolean {
    if (nowMs >= this.#closesMs) return false;
    this.tick(nowMs);
    this.#sent++;
    this.#sliceSent++;
    return true;
  }

  /** Notes a whole answer, right or not. */
  answered(nowMs: number, answer: RecordedAnswer): void {
    if (nowMs >= this.#closesMs) {
      this.unfinished();
      return;
    }
    this.#statuses.set(answer.status, (this.#statuses.get(answer.status) ?? 0) + 1);
    this.#bytes += answer.bytes;
    if (answer.fault !== undefined) {
      const { fault, request, status, sample } = answer;
      this.failed(nowMs, fault, { request, status, sample });
      return;
    }
    this.completed(nowMs);
    this.#requests++;
    this.#slice.record(nowMs - (answer.dueAtMs ?? answer.sentAtMs));
    this.#anatomy.consider(nowMs, answer);
  }

  /** Notes a right answer to a request that an earlier stretch has in its books: it came in this one. */
  completed(nowMs: number): void {
    this.tick(nowMs);
    this.#sliceRequests++;
    if (nowMs < this.#endMs) this.#completed++;
    else this.#late++;
  }

  /** Notes a request that ended without a right answer, for that reason. */
  failed(nowMs: number, kind: FailureKind, cause: CauseParts = {}): void {
    if (nowMs >= this.#closesMs) {
      this.unfinished();
      return;
    }
    this.tick(nowMs);
    this.#causes.note(kind, nowMs - this.#options.startMs, cause);
    if (isRefusal(kind)) {
      this.#refused++;
      this.#refusals.set(kind, (this.#refusals.get(kind) ?? 0) + 1);
      return;
    }
    this.#failed++;
    this.#sliceErrors++;
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }

  /** Notes a request that was in flight at the last moment. */
  unfinished(): void {
    this.#unfinished++;
  }

  /** Closes the seconds that have passed: to be called now and then while nothing comes in. */
  tick(nowMs: number): void {
    const second = Math.floor((nowMs - this.#options.startMs) / 1000);
    if (second <= this.#second) return;
    const { seconds = Infinity } = this.#options;
    const last = nowMs < this.#endMs || this.#closesMs === Infinity ? second : this.#lastSecond;
    this.#advance(Math.min(last, seconds - 1));
  }

  /** Ends a stretch whose result nobody needs, the warm-up: all its seconds are told of. */
  end(): void {
    const { seconds = 0 } = this.#options;
    while (this.#second < seconds) this.#closeSlice(true);
  }

  /** Its last moment has come: all of its whole seconds are told of, also those in which nothing came in. */
  passed(): void {
    this.#advance(Math.floor((this.#options.durationMs ?? 0) / 1000));
  }

  /** Ends the books. `endMs` counts where no duration was given. */
  finish(endMs: number, generator: WorkerResult['generator']): WorkerResult {
    const { startMs, durationMs = Math.max(endMs - startMs, 0.001) } = this.#options;
    this.#endSlices(durationMs);
    const accounted = this.#requests + this.#failed + this.#refused + this.#unfinished;
    if (accounted !== this.#carried + this.#sent) {
      const begun = `${this.#carried} requests were in flight and ${this.#sent} sent`;
      throw new Error(`The books do not balance: ${begun}, ${accounted} accounted for.`);
    }
    return {
      startedAtMs: performance.timeOrigin + startMs,
      durationMs,
      carried: this.#carried,
      sent: this.#sent,
      requests: this.#requests,
      completed: this.#completed,
      bytes: this.#bytes,
      statuses: Object.fromEntries(this.#statuses),
      errors: Object.fromEntries(this.#errors),
      refusals: Object.fromEntries(this.#refusals),
      causes: this.#causes.finish(),
      ownLimits,
      unfinished: this.#unfinished,
      histogram: this.#whole.encode(),
      slices: this.#slices,
      ...this.#anatomy.finish(),
      generator,
    };
  }

  get #lastSecond(): number {
    return lastSecond(this.#options.durationMs ?? Infinity);
  }

  #endSlices(durationMs: number): void {
    const last = lastSecond(durationMs);
    this.#advance(last);
    // Late answers may have opened a second after the last one.
    const isWhole = durationMs >= (this.#second + 1) * 1000;
    if (this.#second === last || this.#sliceRequests + this.#sliceErrors > 0) this.#closeSlice(isWhole);
  }

  #advance(second: number): void {
    while (this.#second < second) this.#closeSlice(true);
  }

  #closeSlice(passed: boolean): void {
    const slice: WorkerSlice = {
      second: this.#second,
      sent: this.#sliceSent,
      requests: this.#sliceRequests,
      errors: this.#sliceErrors,
      histogram: this.#slice.encode(),
    };
    this.#slices.push(slice);
    // Added here and not at each request, which halves what recording costs; the sum is the same.
    this.#whole.add(this.#slice);
    const { phase, emit } = this.#options;
    if (passed) emit({ type: 'second', phase, ...slice });
    this.#anatomy.slowFrom(this.#slice.quantileUs(0.95));
    this.#slice.reset();
    this.#sliceSent = 0;
    this.#sliceRequests = 0;
    this.#sliceErrors = 0;
    this.#second++;
  }
}

/**
 * The books of a warm-up, which only its seconds are wanted of. They end with it: where it is no whole number of seconds, it
 * is the first that is short.
 */
export function warmupRecorder(endMs: number, durationMs: number, emit: RecorderOptions['emit']): Recorder {
  const seconds = Math.ceil(durationMs / 1000);
  return new Recorder({ phase: 'warm-up', startMs: endMs - seconds * 1000, seconds, emit });
}

function lastSecond(durationMs: number): number {
  return Math.max(0, Math.ceil(durationMs / 1000) - 1);
}
