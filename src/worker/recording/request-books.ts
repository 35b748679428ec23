import { LatencyHistogram } from '../../histogram/latency-histogram.ts';
import type { ErrorKind, FailureKind, RefusalKind } from '../../model/failures.ts';
import { isRefusal } from '../http/failure.ts';
import type { RequestOutcome } from '../protocol.ts';

/** What became of one request of the workload, in one stretch of time. All of them together are what became of the load. */
export class RequestBooks {
  readonly #request: string;
  readonly #statuses = new Map<number, number>();
  readonly #errors = new Map<ErrorKind, number>();
  readonly #refusals = new Map<RefusalKind, number>();
  readonly #waiting = new LatencyHistogram();
  /** Of all seconds that are over. */
  readonly #latency = new LatencyHistogram();
  readonly #second = new LatencyHistogram();
  /** Of right answers whose latency begins before they are sent: what they took from then on. */
  readonly #service = new LatencyHistogram();
  /** Of what ended without a right answer, from when it was sent. */
  readonly #failures = new LatencyHistogram();
  #requests = 0;
  #completed = 0;
  #unfinished = 0;
  #bytes = 0;
  #dropped = 0;
  #unsent = 0;

  /** @param request its name */
  constructor(request: string) {
    this.#request = request;
  }

  /** Notes a whole answer; whether it was right is noted apart. */
  answered(status: number, bytes: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    this.#bytes += bytes;
  }

  /** @param serviceMs how long it took since its request was sent, where its latency is from an earlier moment */
  right(latencyMs: number, serviceMs?: number): void {
    this.#requests++;
    this.#second.record(latencyMs);
    if (serviceMs !== undefined) this.#service.record(serviceMs);
  }

  /** Notes a right answer that came within the stretch, whenever its request was due. */
  completed(): void {
    this.#completed++;
  }

  /** Notes a request that ended without a right answer, so long after it was sent. */
  failed(kind: FailureKind, tookMs: number): void {
    this.#failures.record(tookMs);
    if (isRefusal(kind)) this.#refusals.set(kind, (this.#refusals.get(kind) ?? 0) + 1);
    else this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }

  /** Notes a request that was sent so long before the last moment, and has had no answer. */
  unfinished(waitedMs: number): void {
    this.#unfinished++;
    this.#waiting.record(waitedMs);
  }

  dropped(): void {
    this.#dropped++;
  }

  unsent(): void {
    this.#unsent++;
  }

  /**
   * Ends a second, and adds its latencies to those of other requests. They are recorded once and added here, which halves what
   * recording costs; the sums are the same.
   */
  endSecond(all: LatencyHistogram): void {
    if (this.#second.count === 0) return;
    all.add(this.#second);
    this.#latency.add(this.#second);
    this.#second.reset();
  }

  /** What right answers took from when their requests were sent, where their latency is from an earlier moment. */
  get service(): LatencyHistogram {
    return this.#service;
  }

  /** What all seconds came to that have ended. */
  finish(): RequestOutcome {
    return {
      request: this.#request,
      requests: this.#requests,
      completed: this.#completed,
      bytes: this.#bytes,
      statuses: Object.fromEntries(this.#statuses),
      errors: Object.fromEntries(this.#errors),
      refusals: Object.fromEntries(this.#refusals),
      unfinished: this.#unfinished,
      dropped: this.#dropped,
      unsent: this.#unsent,
      waiting: this.#waiting.encode(),
      ended: LatencyHistogram.merge([this.#served, this.#failures]).encode(),
      histogram: this.#latency.encode(),
    };
  }

  /** Of right answers, from when their requests were sent. */
  get #served(): LatencyHistogram {
    return this.#service.count > 0 ? this.#service : this.#latency;
  }
}
