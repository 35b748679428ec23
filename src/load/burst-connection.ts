import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { failureOf, faultOf } from './answer.ts';
import type { DrawnRequest } from './drawn-request.ts';
import type { ErrorKind } from './job.ts';
import type { Origin } from './origin.ts';
import type { Recorder } from './recorder.ts';

/** One keep-alive connection of a burst: opened before it, one request in it. */
export class BurstConnection {
  readonly #origin: Origin;
  #socket: Socket | undefined;
  /** Why there is no connection. */
  #problem: ErrorKind = 'refused';
  #giveUp: () => void = () => undefined;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Makes sure that it is open, and so replaces a connection that was closed; resolves also where that is impossible. */
  async open(timeoutMs: number): Promise<void> {
    if (this.#socket !== undefined && !this.#socket.destroyed && this.#socket.writable && this.#socket.readable) return;
    const socket = this.#origin.connect();
    this.#socket = undefined;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => fail('timed-out'), timeoutMs);
      const fail = (problem: ErrorKind): void => {
        clearTimeout(timer);
        this.#problem = problem;
        socket.destroy();
        resolve();
      };
      const onError = (error: Error): void => fail(failureOf(error));
      socket.once('error', onError);
      socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        socket.off('error', onError);
        // Between bursts nobody else listens; `open` sees that it is destroyed.
        socket.on('error', () => undefined);
        // Reads, so that the server's closing is seen while the connection is idle.
        socket.resume();
        this.#socket = socket;
        this.#problem = 'reset';
        resolve();
      });
    });
  }

  /**
   * Sends a request and reports its end; resolves then. Nothing is written before the caller's turn is over: the requests of
   * a burst are all built, and then written one right after the other.
   */
  async send(request: DrawnRequest, recorder: Recorder | undefined): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) {
      const nowMs = performance.now();
      if (recorder?.sent(nowMs) === true) recorder.failed(nowMs, this.#problem);
      return;
    }
    await new Promise<void>((resolve) => this.#exchange(socket, request, recorder, resolve));
  }

  /** Ends the request in flight, if there is one, as timed out. */
  giveUp(): void {
    this.#giveUp();
  }

  close(): void {
    this.#socket?.destroy();
  }

  #exchange(socket: Socket, request: DrawnRequest, recorder: Recorder | undefined, resolve: () => void): void {
    const readBefore = socket.bytesRead;
    const body: Buffer[] = [];
    let sentAtMs = performance.now();
    let ended = false;

    const outgoing = httpRequest({
      createConnection: () => socket,
      method: request.method,
      path: this.#origin.target(request.path),
      headers: request.headersFor(this.#origin).flat(),
    });
    // Without an agent, Node would close the connection after the answer, whatever the header fields say.
    outgoing.shouldKeepAlive = true;
    const end = (report: (nowMs: number) => void): void => {
      if (ended) return;
      ended = true;
      this.#giveUp = () => undefined;
      report(performance.now());
      resolve();
    };
    const lose = (kind: ErrorKind): void =>
      end((nowMs) => {
        socket.destroy();
        recorder?.failed(nowMs, kind);
      });

    recorder?.sent(sentAtMs);
    this.#giveUp = () => lose('timed-out');
    // The request gets its socket just before it is written.
    outgoing.once('socket', () => (sentAtMs = performance.now()));
    outgoing.on('error', (error) => lose(failureOf(error)));
    outgoing.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      answer.on('data', (part: Buffer) => {
        if (request.expected.contains !== undefined) body.push(part);
      });
      answer.on('error', (error) => lose(failureOf(error)));
      answer.on('end', () =>
        end((nowMs) => {
          const bytes = socket.bytesRead - readBefore;
          recorder?.answered(nowMs, { sentAtMs, status, bytes, fault: faultOf(request.expected, status, body) });
        }),
      );
    });
    outgoing.end(request.body);
  }
}
