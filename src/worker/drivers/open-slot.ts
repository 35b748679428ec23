import type { Failure } from '../http/failure.ts';
import type { Answer, ExchangeEnd, HttpConnection } from '../http/http-connection.ts';
import type { DrawnRequest } from '../requests/drawn-request.ts';

/** A request from the moment that it is due. */
export interface DueRequest {
  readonly request: DrawnRequest;
  readonly dueAtMs: number;
  /** Whether it was due in the measured time. */
  readonly isMeasured: boolean;
}

/** Who hears of the ends of requests. */
export interface Ends {
  answered(nowMs: number, due: DueRequest, sentAtMs: number, answer: Answer): void;
  failed(nowMs: number, due: DueRequest, sentAtMs: number, failure: Failure): void;
  /** After either of them: the slot is free. */
  ended(nowMs: number, due: DueRequest, slot: Slot): void;
}

/** One connection, and the request that it has in flight. */
export class Slot implements ExchangeEnd {
  /** The index of the address that it leads to. */
  readonly origin: number;
  readonly #connection: HttpConnection;
  readonly #ends: Ends;
  #due: DueRequest | undefined;
  #sentAtMs = 0;

  constructor(connection: HttpConnection, origin: number, ends: Ends) {
    this.origin = origin;
    this.#connection = connection;
    this.#ends = ends;
  }

  /** The request that it has in flight. */
  get due(): DueRequest | undefined {
    return this.#due;
  }

  /** When that was sent. */
  get sentAtMs(): number {
    return this.#sentAtMs;
  }

  /** @returns when it was sent */
  send(due: DueRequest): number {
    this.#due = due;
    // The clock is read last: what came before is waiting, what comes after is service.
    this.#sentAtMs = performance.now();
    this.#connection.exchange(due.request, this.#sentAtMs, this);
    return this.#sentAtMs;
  }

  answered(answer: Answer): void {
    const nowMs = performance.now();
    if (this.#due !== undefined) this.#ends.answered(nowMs, this.#due, this.#sentAtMs, answer);
    this.#end(nowMs);
  }

  failed(failure: Failure): void {
    const nowMs = performance.now();
    if (this.#due !== undefined) this.#ends.failed(nowMs, this.#due, this.#sentAtMs, failure);
    this.#end(nowMs);
  }

  #end(nowMs: number): void {
    const due = this.#due;
    this.#due = undefined;
    if (due !== undefined) this.#ends.ended(nowMs, due, this);
  }
}
