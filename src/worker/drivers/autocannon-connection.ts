import { TLSSocket } from 'node:tls';
import type { Client } from 'autocannon';
import { retryMs } from '../../model/load-profile.ts';
import { AnswerCheck } from '../http/answer.ts';
import { closedEarly, failureOf, inHandshake, isShakingHands, timedOut, type Failure } from '../http/failure.ts';
import type { Farewells } from '../http/farewells.ts';
import { ResponseParser } from '../http/response-parser.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { DrawnRequest } from '../requests/drawn-request.ts';
import type { Origin } from '../requests/origin.ts';
import type { RequestMix } from '../requests/request-mix.ts';
import { openClient, type OpenClient } from './autocannon-client.ts';
import { BytesToUs } from './autocannon-parser.ts';

/** What a connection draws its requests from and reports their ends to. */
export interface ConnectionOptions {
  readonly origin: Origin;
  readonly mix: RequestMix;
  readonly timeoutMs: number;
  readonly farewells: Farewells;
  /** The books of this moment. */
  readonly recorder: () => Recorder;
}

/**
 * One connection of a closed loop: an autocannon client whose requests are chosen, timed and accounted for here, and whose answers
 * are read by the lab's own parser. At any time it has one request in flight, or is about to connect.
 */
export class Connection {
  readonly #client: OpenClient;
  readonly #options: ConnectionOptions;
  readonly #connect: () => void;
  readonly #destroy: () => void;
  readonly #bytes = new BytesToUs((bytes) => this.#read(bytes));
  readonly #parser = new ResponseParser();
  readonly #check = new AnswerCheck();
  /** The request in flight. */
  #request: DrawnRequest | undefined;
  /** Whether the books know of it; they do not of one that is sent after the measured time. */
  #noted = false;
  #sentAtMs = 0;
  #connected = false;
  /** Why the connection is lost, where an error says so. */
  #error: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** To be called from autocannon's `setupClient`, which comes before the client's first request. */
  constructor(client: Client, options: ConnectionOptions) {
    this.#client = openClient(client);
    this.#options = options;
    this.#client.opts.hostname = options.origin.endpoint.host;
    this.#client.timeout = options.timeoutMs;
    this.#client.parser = this.#bytes;
    this.#connect = this.#client._connect.bind(this.#client);
    this.#client._connect = () => this.#reconnect();
    // It does so as soon as the time is up, and what has come in and waits to be read would be lost.
    this.#destroy = this.#client._destroyConnection.bind(this.#client);
    this.#client._destroyConnection = () => undefined;
    this.#client.getRequestBuffer = () => this.#send();
    this.#client.on('connError', (error) => (this.#error = error));
  }

  /** Ends it. A request in flight is left unfinished. */
  close(): void {
    clearTimeout(this.#timer);
    this.#client.destroy();
    if (this.#client.conn !== undefined) this.#destroy();
    if (this.#request !== undefined && this.#noted) {
      this.#options.recorder().unfinished(this.#request, this.#sentAtMs);
    }
    this.#forget();
  }

  /** Whether it has a request in flight that the books know of. */
  get inFlight(): boolean {
    return this.#request !== undefined && this.#noted;
  }

  #send(): Buffer {
    const request = this.#options.mix.draw();
    this.#request = request;
    const bytes = request.bytesFor(this.#options.origin);
    this.#check.begin(request.expected);
    this.#parser.begin(request.method === 'HEAD', this.#check);
    // The clock is read last, so that drawing the request is no part of its time; connecting is, where it has to.
    this.#sentAtMs = performance.now();
    this.#noted = this.#options.recorder().sent(this.#sentAtMs);
    return bytes;
  }

  #read(bytes: Buffer): void {
    if (this.#request === undefined) return;
    const progress = this.#parser.read(bytes, bytes.length);
    if (progress === 'whole') {
      this.#answered();
    } else if (progress === 'refused') {
      this.#fail(this.#parser.problem);
      this.#drop();
      this.#open();
    }
  }

  #answered(): void {
    const nowMs = performance.now();
    const request = this.#request;
    const { status, bytes, serverTiming, contentEncoding, persistent } = this.#parser;
    if (request !== undefined && this.#noted) {
      const fault = this.#check.faultOf(status);
      const sample = fault === undefined ? undefined : this.#check.sampleOf(contentEncoding);
      const answer = { status, bytes, fault, sample, serverTiming };
      this.#options.recorder().answered(nowMs, { sentAtMs: this.#sentAtMs, request, ...answer });
    }
    this.#forget();
    if (persistent) {
      this.#bytes.answered(status);
    } else {
      // The server is about to close: a request that is sent on this connection would be lost without being an error.
      this.#leave();
      this.#open();
    }
  }

  #fail({ kind, words }: Failure): void {
    const { recorder } = this.#options;
    const request = this.#request;
    if (request !== undefined && this.#noted) {
      recorder().failed(performance.now(), kind, { sentAtMs: this.#sentAtMs, request, words });
    }
    this.#forget();
  }

  #forget(): void {
    this.#request = undefined;
    this.#noted = false;
  }

  /** Autocannon has seen an error, the connection's end or a time-out, and wants to go on. */
  #reconnect(): void {
    const error = this.#error;
    this.#error = undefined;
    const { conn } = this.#client;
    if (conn === undefined) {
      this.#open();
    } else if (error === undefined && !conn.readableEnded) {
      // Without an end or an error, autocannon connects again only when the time is up.
      this.#expire();
    } else if (error === undefined && this.#request !== undefined && this.#parser.end()) {
      // An answer that does not tell its length is whole when the connection ends.
      this.#answered();
    } else {
      const failure = error === undefined ? closedEarly(this.#parser.hasBegun) : failureOf(error);
      this.#lose(isShakingHands(conn, this.#connected) ? inHandshake(failure) : failure);
    }
  }

  /** Fails the request in flight, unless its answer has come in and waits to be read: that comes first. */
  #expire(): void {
    const [request, sentAtMs] = [this.#request, this.#sentAtMs];
    if (request === undefined) return;
    setImmediate(() => {
      if (this.#request !== request || this.#sentAtMs !== sentAtMs) return;
      const { hasBegun } = this.#parser;
      this.#lose(timedOut(this.#options.timeoutMs, { connected: this.#connected, hasBegun }));
    });
  }

  /** Gives the connection up, and opens another one. */
  #lose(failure: Failure): void {
    if (this.#request !== undefined) this.#fail(failure);
    this.#drop();
    // Autocannon would try again at once, and burn a core on an address where nobody listens.
    if (this.#connected) this.#open();
    else this.#timer = setTimeout(() => this.#open(), retryMs);
  }

  /** Makes sure that nothing of the old connection reaches the next one. */
  #drop(): void {
    clearTimeout(this.#timer);
    if (this.#client.conn === undefined) return;
    this.#destroy();
    this.#client.conn.removeAllListeners('data');
  }

  /** The same, for one that the server closes: it need not be waited for. */
  #leave(): void {
    clearTimeout(this.#timer);
    const { conn, pipelinedRequests } = this.#client;
    pipelinedRequests.clear();
    if (conn === undefined) return;
    for (const event of ['data', 'end', 'error']) conn.removeAllListeners(event);
    conn.on('error', () => undefined);
    conn.once('end', () => conn.destroy());
    conn.resume();
    this.#options.farewells.add(conn);
  }

  #open(): void {
    this.#connected = false;
    this.#connect();
    const { conn } = this.#client;
    conn?.once(conn instanceof TLSSocket ? 'secureConnect' : 'connect', () => (this.#connected = true));
  }
}
