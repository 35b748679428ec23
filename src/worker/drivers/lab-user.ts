import { retryMs } from '../../model/load-profile.ts';
import type { Failure } from '../http/failure.ts';
import type { Answer, ExchangeEnd, HttpConnection } from '../http/http-connection.ts';
import type { DrawnRequest } from '../requests/drawn-request.ts';
import type { RequestMix } from '../requests/request-mix.ts';
import type { Books } from './closed-books.ts';

/** What a user draws its requests from and reports their ends to. */
export interface LabUserOptions {
  readonly mix: RequestMix;
  readonly books: Books;
  /** From an answer to the next request. */
  readonly thinkMs: number;
}

/** One connection of a closed loop: it asks, waits for the answer, thinks, and asks again. */
export class LabUser implements ExchangeEnd {
  readonly #connection: HttpConnection;
  readonly #mix: RequestMix;
  readonly #books: Books;
  readonly #thinkMs: number;
  readonly #ask = (): void => this.#send(this.#mix.draw());
  #request: DrawnRequest | undefined;
  #sentAtMs = 0;
  /** Whether it has a request in flight that the books know of; they do not of one that is sent after the measured time. */
  #inFlight = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: HttpConnection, { mix, books, thinkMs }: LabUserOptions) {
    this.#connection = connection;
    this.#mix = mix;
    this.#books = books;
    this.#thinkMs = thinkMs;
  }

  get inFlight(): boolean {
    return this.#inFlight;
  }

  start(afterMs: number): void {
    this.#askAfter(afterMs);
  }

  /** A request in flight is left unfinished. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#connection.close();
    if (this.#inFlight && this.#request !== undefined) {
      this.#books.recorder.unfinished(this.#request, this.#sentAtMs);
    }
    this.#inFlight = false;
  }

  answered(answer: Answer): void {
    const nowMs = performance.now();
    const request = this.#request;
    if (this.#inFlight && request !== undefined) {
      this.#books.recorder.answered(nowMs, { sentAtMs: this.#sentAtMs, request, ...answer });
    }
    this.#inFlight = false;
    this.#askAfter(this.#thinkMs);
  }

  failed({ kind, words }: Failure, connected: boolean): void {
    const request = this.#request;
    if (this.#inFlight && request !== undefined) {
      this.#books.recorder.failed(performance.now(), kind, { sentAtMs: this.#sentAtMs, request, words });
    }
    this.#inFlight = false;
    // At once, it would burn a core on an address where nobody listens.
    this.#askAfter(connected ? this.#thinkMs : Math.max(retryMs, this.#thinkMs));
  }

  #askAfter(ms: number): void {
    if (ms > 0) this.#timer = setTimeout(this.#ask, ms);
    else this.#ask();
  }

  #send(request: DrawnRequest): void {
    this.#request = request;
    // The clock is read last, so that drawing the request is no part of its time; connecting is, where it has to.
    this.#sentAtMs = performance.now();
    this.#inFlight = this.#books.recorder.sent(this.#sentAtMs);
    this.#connection.exchange(request, this.#sentAtMs, this);
  }
}
