import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** How long a server may take to close a connection that it said it would close. */
const farewellMs = 100;

/** How many may be waited for: each is a file that the generator has open. */
const mostLeaving = 128;

/**
 * Connections that nobody uses any more. It is left to the server to close them, as it said it would: who closes first keeps the
 * port busy for a minute, and a load of fresh connections would run out of ports.
 */
export class Farewells {
  /** With when the server has had its time. The one that was left first comes first. */
  readonly #leaving = new Map<Socket, number>();
  readonly #sweeper = setInterval(() => this.#sweep(performance.now()), farewellMs / 2);

  add(socket: Socket): void {
    this.#leaving.set(socket, performance.now() + farewellMs);
    socket.once('close', () => this.#leaving.delete(socket));
    const [first] = this.#leaving.keys();
    if (this.#leaving.size > mostLeaving && first !== undefined) this.#end(first);
  }

  /** Closes all that are left. */
  close(): void {
    clearInterval(this.#sweeper);
    for (const socket of this.#leaving.keys()) socket.destroy();
  }

  #sweep(nowMs: number): void {
    for (const [socket, untilMs] of this.#leaving) {
      if (untilMs > nowMs) return;
      this.#end(socket);
    }
  }

  #end(socket: Socket): void {
    this.#leaving.delete(socket);
    // A reset keeps no port busy, and nothing is left to be lost; Node has none for TLS.
    if (socket instanceof TLSSocket || socket.destroyed) socket.destroy();
    else socket.resetAndDestroy();
  }
}
