import type { Socket } from 'node:net';
import type { Origin } from '../requests/origin.ts';
import { Farewells } from './farewells.ts';
import { type ConnectionOwner, HttpConnection } from './http-connection.ts';

/** How much is read at once: an answer that is longer comes in pieces. */
const readBytes = 64 * 1024;

/** What all connections of a load have in common. That time is up is noticed up to 5% later: see {@link sweepMsFor}. */
export type HttpClientOptions = Pick<ConnectionOwner, 'keepAlive' | 'timeoutMs'>;

/**
 * The connections of one load. What they share is here: one buffer that all of them read into, and one timer that looks for
 * those whose time is up, as a timer for each request would cost more than reading its answer.
 */
export class HttpClient implements ConnectionOwner, Disposable {
  readonly keepAlive: boolean;
  readonly timeoutMs: number;
  readonly buffer = Buffer.allocUnsafeSlow(readBytes);
  readonly #connections: HttpConnection[] = [];
  readonly #farewells = new Farewells();
  readonly #sweeper: NodeJS.Timeout;

  constructor({ keepAlive, timeoutMs }: HttpClientOptions) {
    this.keepAlive = keepAlive;
    this.timeoutMs = timeoutMs;
    // What has come in is read first: a generator that stood still would take for missing what only waits to be read.
    const sweep = (): void => this.#sweep(performance.now());
    this.#sweeper = setInterval(() => setImmediate(sweep), sweepMsFor(timeoutMs));
  }

  /** A connection to an address; it connects when it is first used. */
  connectionTo(origin: Origin): HttpConnection {
    const connection = new HttpConnection(origin, this);
    this.#connections.push(connection);
    return connection;
  }

  /** Closes all connections. Requests in flight are abandoned: nobody is told of their ends. */
  close(): void {
    clearInterval(this.#sweeper);
    for (const connection of this.#connections) connection.close();
    this.#farewells.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  leave(socket: Socket): void {
    this.#farewells.add(socket);
  }

  #sweep(nowMs: number): void {
    for (const connection of this.#connections) connection.expire(nowMs);
  }
}

/** How often it is looked for requests whose time is up: rarely, as all connections are looked at. */
export function sweepMsFor(timeoutMs: number): number {
  return Math.min(50, Math.max(5, Math.floor(timeoutMs / 20)));
}
