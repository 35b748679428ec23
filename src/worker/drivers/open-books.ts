import { LatencyHistogram } from '../../histogram/latency-histogram.ts';
import type { OpenResult } from '../protocol.ts';

/** What only open load keeps books of: requests before they are sent, and the pacer. */
export class OpenBooks {
  readonly #endMs: number;
  readonly #lag = new LatencyHistogram();
  readonly #unsentWaiting = new LatencyHistogram();
  #offered = 0;
  #released = 0;
  #dropped = 0;
  #unsent = 0;
  #inFlightMost = 0;
  #connectionsMost = 0;

  /** @param endMs the first moment after the measured time */
  constructor(endMs: number) {
    this.#endMs = endMs;
  }

  /** Notes that the pacer lets a request go now. */
  released(nowMs: number, dueAtMs: number): void {
    this.#offered++;
    if (nowMs < this.#endMs) this.#released++;
    this.#lag.record(nowMs - dueAtMs);
  }

  /** Notes a request that is never sent, as too many have not ended. */
  dropped(): void {
    this.#dropped++;
  }

  /** Notes a request that was still waiting for a connection when the waiting was over. */
  unsent(nowMs: number, dueAtMs: number): void {
    this.#unsent++;
    this.#unsentWaiting.record(nowMs - dueAtMs);
  }

  /** Notes a request that was due, and that the pacer never came to let go. */
  overdue(nowMs: number, dueAtMs: number): void {
    this.#offered++;
    this.unsent(nowMs, dueAtMs);
  }

  /** Notes how many connections there are. */
  connections(count: number): void {
    if (count > this.#connectionsMost) this.#connectionsMost = count;
  }

  /** Notes how many requests are due and have not ended. */
  inFlight(count: number): void {
    if (count > this.#inFlightMost) this.#inFlightMost = count;
  }

  /** Ends the books, with what the recorder knows of right answers: how many came late, and what they took from being sent. */
  finish({ late, service }: Pick<OpenResult, 'late' | 'service'>): OpenResult {
    return {
      offered: this.#offered,
      released: this.#released,
      dropped: this.#dropped,
      unsent: this.#unsent,
      unsentWaiting: this.#unsentWaiting.encode(),
      late,
      inFlightMost: this.#inFlightMost,
      connectionsMost: this.#connectionsMost,
      service,
      scheduleLag: this.#lag.encode(),
    };
  }
}
