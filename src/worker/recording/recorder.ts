import { LatencyHistogram } from '../../histogram/latency-histogram.ts';
import type { ErrorKind, FailureKind } from '../../model/failures.ts';
import type { BodySample } from '../http/answer.ts';
import { isRefusal } from '../http/failure.ts';
import type { WorkerMessage, WorkerResult, WorkerSlice } from '../protocol.ts';
import type { DrawnRequest } from '../requests/drawn-request.ts';
import { AnatomySampler, type TimedAnswer } from './anatomy.ts';
import { Causes, type CauseParts } from './causes.ts';
import { imbalanceOf, sumOutcomes } from './outcomes.ts';
import { ownLimits } from './own-limits.ts';
import { RequestBooks } from './request-books.ts';

/** How often passed seconds should be looked for. */
export const tickMs = 100;

/** Which stretch of time a recorder records. */
export interface RecorderOptions {
  readonly phase: 'warm-up' | 'measuring';
  /** The names of the requests whose books are kept: those of the workload; none of a warm-up, of which they are not asked. */
  readonly requests: readonly string[];
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
export interface RecordedAnswer extends TimedAnswer {
  readonly status: number;
  readonly bytes: number;
  readonly fault?: ErrorKind | undefined;
  /** The beginning of its body, where it is wrong. */
  readonly sample?: BodySample | undefined;
}

/** A request that ended without a whole answer. */
export interface RecordedFailure extends CauseParts {
  readonly sentAtMs: number;
}

/**
 * The books of one stretch of time. A request of closed load is in the books of the stretch in which it ends, with its whole latency: what
 * was in flight at the first moment and what was sent since is what was right, failed, or was unfinished at the last moment.
 * (Books by the moment of sending would lack a latency's worth of answers at both ends, and the slow ones among them.)
 * What comes in at or after the last moment finds its request unfinished, even if the timer that ends the stretch is late.
 *
 * A request of open load is in the books of the stretch in which it was due, which therefore `waits` for late answers.
 *
 * All that is counted of ends is counted request by request of the workload, and the whole is their sum.
 *
 * Memory does not grow with the number of requests that are sent: a few histograms for each request of the workload, one for the
 * current second, and a few encoded kilobytes for each second.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #endMs: number;
  /** From here on nothing is recorded. */
  readonly #closesMs: number;
  readonly #anatomy: AnatomySampler;
  readonly #slices: WorkerSlice[] = [];
  readonly #books: ReadonlyMap<string, RequestBooks>;
  /** Of requests that nobody asks for the results of: those of a warm-up. */
  readonly #others = new RequestBooks('');
  readonly #slice = new LatencyHistogram();
  readonly #causes = new Causes();
  #second = 0;
  #sliceSent = 0;
  #sliceRequests = 0;
  #sliceErrors = 0;
  readonly #carried: number;
  #sent = 0;
  #late = 0;
  #inFlightMs = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#carried = options.carried ?? 0;
    this.#books = new Map(options.requests.map((request) => [request, new RequestBooks(request)]));
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

  /** What right answers took from when their requests were sent, where those had to wait for it: an encoded histogram. */
  get service(): string {
    return LatencyHistogram.merge([...this.#books.values()].map(({ service }) => service)).encode();
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
    const { request, dueAtMs, sentAtMs, status, bytes, fault } = answer;
    if (nowMs >= this.#closesMs) {
      this.unfinished(request, sentAtMs);
      return;
    }
    this.#endedAfter(sentAtMs, nowMs);
    const books = this.#booksOf(request);
    books.answered(status, bytes);
    if (fault !== undefined) {
      this.#note(nowMs, fault, { sentAtMs, request, status, sample: answer.sample });
      return;
    }
    this.#completed(nowMs, books);
    const tookMs = nowMs - sentAtMs;
    // What did not have to wait to be sent has one time, which is recorded once.
    if (dueAtMs === undefined) books.right(tookMs);
    else books.right(nowMs - dueAtMs, tookMs);
    this.#anatomy.consider(nowMs, answer);
  }

  /** Notes a right answer to a request that an earlier stretch has in its books: it came in this one. */
  completed(nowMs: number, request: DrawnRequest): void {
    this.#completed(nowMs, this.#booksOf(request));
  }

  /** Notes a request that ended without a right answer, for that reason. */
  failed(nowMs: number, kind: FailureKind, failure: RecordedFailure): void {
    const { request, sentAtMs } = failure;
    if (nowMs >= this.#closesMs) {
      this.unfinished(request, sentAtMs);
      return;
    }
    this.#endedAfter(sentAtMs, nowMs);
    this.#note(nowMs, kind, failure);
  }

  #note(nowMs: number, kind: FailureKind, { sentAtMs, ...cause }: RecordedFailure): void {
    this.tick(nowMs);
    this.#causes.note(kind, nowMs - this.#options.startMs, cause);
    this.#booksOf(cause.request).failed(kind, nowMs - sentAtMs);
    if (!isRefusal(kind)) this.#sliceErrors++;
  }

  /** Notes a request that was in flight at the last moment; of open load, at that at which the waiting was over. */
  unfinished(request: DrawnRequest, sentAtMs: number, lastMs = this.#endMs): void {
    this.#booksOf(request).unfinished(lastMs - sentAtMs);
    this.#endedAfter(sentAtMs, lastMs);
  }

  /** Notes a request of open load that is never sent: too many had not ended, or it still waited for a connection at the end. */
  neverSent(request: DrawnRequest, why: 'dropped' | 'unsent'): void {
    this.#booksOf(request)[why]();
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
    const byRequest = [...this.#books.values()].map((books) => books.finish());
    const result = {
      startedAtMs: performance.timeOrigin + startMs,
      durationMs,
      carried: this.#carried,
      sent: this.#sent,
      ...sumOutcomes(byRequest),
      inFlightMs: this.#inFlightMs,
      byRequest,
      causes: this.#causes.finish(),
      ownLimits,
      slices: this.#slices,
      ...this.#anatomy.finish(),
      generator,
    };
    const imbalance = imbalanceOf(result);
    if (imbalance !== undefined) throw new Error(`The books do not balance: ${imbalance}.`);
    return result;
  }

  /** Adds how long a request was in flight within the stretch. */
  #endedAfter(sentAtMs: number, endedAtMs: number): void {
    const { startMs } = this.#options;
    this.#inFlightMs += Math.max(0, Math.min(endedAtMs, this.#endMs) - Math.max(sentAtMs, startMs));
  }

  #booksOf({ name }: DrawnRequest): RequestBooks {
    return this.#books.get(name) ?? this.#others;
  }

  #completed(nowMs: number, books: RequestBooks): void {
    this.tick(nowMs);
    this.#sliceRequests++;
    if (nowMs < this.#endMs) books.completed();
    else this.#late++;
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
    for (const books of [...this.#books.values(), this.#others]) books.endSecond(this.#slice);
    const slice: WorkerSlice = {
      second: this.#second,
      sent: this.#sliceSent,
      requests: this.#sliceRequests,
      errors: this.#sliceErrors,
      histogram: this.#slice.encode(),
    };
    this.#slices.push(slice);
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
  return new Recorder({ phase: 'warm-up', requests: [], startMs: endMs - seconds * 1000, seconds, emit });
}

function lastSecond(durationMs: number): number {
  return Math.max(0, Math.ceil(durationMs / 1000) - 1);
}
