import type { Client } from 'autocannon';
import { failureOf, faultOf } from './answer.ts';
import { serverTimingIn, watchParser } from './answer-parser.ts';
import { openClient, type OpenClient } from './autocannon-client.ts';
import type { DrawnRequest } from './drawn-request.ts';
import { retryMs, type ErrorKind } from './job.ts';
import type { Origin } from './origin.ts';
import type { Recorder } from './recorder.ts';
import type { RequestMix } from './request-mix.ts';

/** How long a server may take to close a connection that it said it would close. */
const farewellMs = 100;

const nothing = Buffer.alloc(0);

/** What a connection draws its requests from and reports their ends to. */
export interface ConnectionOptions {
  readonly origin: Origin;
  readonly mix: RequestMix;
  readonly timeoutMs: number;
  /** The books of this moment. */
  readonly recorder: () => Recorder;
}

/**
 * One connection of a closed loop: an autocannon client whose requests are chosen, timed and accounted for here. At any time
 * it has one request in flight, or is about to connect.
 */
export class Connection {
  readonly #client: OpenClient;
  readonly #options: ConnectionOptions;
  readonly #connect: () => void;
  /** The request in flight. */
  #request: DrawnRequest | undefined;
  /** Whether the books know of it; they do not of one that is sent after the measured time. */
  #noted = false;
  #sentAtMs = 0;
  #status = 0;
  #serverTiming: string | undefined;
  #body: Buffer[] = [];
  /** The server said that it closes the connection after the answer that came last. */
  #closing = false;
  #connected = false;
  /** Why the connection is lost, where an error says so. */
  #error: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** To be called from autocannon's `setupClient`, which comes before the client's first request. */
  constructor(client: Client, options: ConnectionOptions) {
    this.#client = openClient(client);
    this.#options = options;
    this.#client.timeout = options.timeoutMs;
    this.#connect = this.#client._connect.bind(this.#client);
    this.#client._connect = () => this.#reconnect();
    this.#client.getRequestBuffer = () => this.#send();
    this.#client.on('response', (status, bytes) => this.#answered(status, bytes));
    this.#client.on('connError', (error) => (this.#error = error));
    if (options.mix.readsBodies) this.#client.on('body', (part) => this.#body.push(part));
  }

  /** Ends it. A request in flight is left unfinished. */
  close(): void {
    clearTimeout(this.#timer);
    this.#client.destroy();
    if (this.inFlight) this.#options.recorder().unfinished(this.#sentAtMs);
    this.#forget();
  }

  /** Whether it has a request in flight that the books know of. */
  get inFlight(): boolean {
    return this.#request !== undefined && this.#noted;
  }

  #send(): Buffer {
    // Autocannon asks for the next request although the server is about to close: it would never be processed, and be lost
    // without being an error. Nothing is written; the request is drawn, and its time starts, on the next connection.
    if (this.#closing) return nothing;
    this.#request = this.#options.mix.draw();
    const bytes = this.#request.bytesFor(this.#options.origin);
    // The clock is read last, so that drawing the request is no part of its time; connecting is, where it has to.
    this.#sentAtMs = performance.now();
    this.#noted = this.#options.recorder().sent(this.#sentAtMs);
    return bytes;
  }

  #answered(status: number, bytes: number): void {
    const nowMs = performance.now();
    const request = this.#request;
    if (request !== undefined && this.#noted) {
      const fault = faultOf(request.expected, status, this.#body);
      const serverTiming = this.#serverTiming;
      this.#options.recorder().answered(nowMs, {
        sentAtMs: this.#sentAtMs,
        status,
        bytes,
        fault,
        serverTiming,
        request,
      });
    }
    this.#forget();
    if (this.#closing) this.#timer = setTimeout(() => this.#client._resetConnection(), farewellMs);
  }

  #lost(kind: ErrorKind): void {
    if (this.inFlight) this.#options.recorder().failed(performance.now(), kind, this.#sentAtMs);
    this.#forget();
  }

  #forget(): void {
    this.#request = undefined;
    this.#noted = false;
    if (this.#body.length > 0) this.#body = [];
  }

  #reconnect(): void {
    // Between `setupClient` and the first call, autocannon gives the parser its callbacks.
    if (this.#client.conn === undefined) this.#watchParser();
    const error = this.#error;
    this.#error = undefined;
    if (this.#request !== undefined) this.#settle(error);
    this.#leave();
    // Autocannon would try again at once, and burn a core on an address where nobody listens.
    if (error !== undefined && !this.#connected) this.#timer = setTimeout(() => this.#open(), retryMs);
    else this.#open();
  }

  /** Finds out what became of the request in flight now that its connection is gone. */
  #settle(error: Error | undefined): void {
    const { conn, parser, pipelinedRequests } = this.#client;
    if (error !== undefined) {
      this.#lost(failureOf(error));
    } else if (conn?.readableEnded !== true) {
      // Autocannon closes a connection itself, without an end or an error, only when the time is up.
      this.#lost('timed-out');
    } else if (parser.state === 'BODY_RAW') {
      // An answer that does not tell its length is whole when the connection ends; autocannon would lose it.
      this.#answered(this.#status, pipelinedRequests.peek()?.bytes ?? 0);
    } else {
      this.#lost('reset');
    }
  }

  /** Makes sure that nothing of the old connection reaches the next one: no late error, no half answer. */
  #leave(): void {
    clearTimeout(this.#timer);
    if (this.#client.conn !== undefined) this.#client._destroyConnection();
    this.#client.parser.reinitialize('RESPONSE');
    this.#closing = false;
  }

  #open(): void {
    this.#connected = false;
    this.#connect();
    this.#client.conn?.once('connect', () => (this.#connected = true));
  }

  #watchParser(): void {
    watchParser(this.#client.parser, {
      onHead: (head) => {
        this.#status = head.statusCode;
        this.#closing = !head.shouldKeepAlive;
        this.#serverTiming = serverTimingIn(head);
        return this.#request?.method === 'HEAD';
      },
      onGarbage: (error) => {
        this.#error = error;
        this.#client._resetConnection();
      },
    });
  }
}
