import { connect, type Socket } from 'node:net';
import type { Direction } from './direction.ts';
import { Flow } from './flow.ts';
import type { Address } from './settings.ts';

/** The two directions of a link, as its clients see them. */
export interface Directions {
  readonly there: Direction;
  readonly back: Direction;
}

/** A client's connection, and the one to the target that stands for it. */
export class Connection {
  readonly #client: Socket;
  readonly #to: Address;
  readonly #directions: Directions;
  readonly #onClose: (problem: Error | undefined) => void;
  #target: Socket | undefined;
  #flows: readonly Flow[] = [];
  #handshake: NodeJS.Timeout | undefined;
  #problem: Error | undefined;
  #isClosed = false;

  /**
   * @param client accepted, and nothing read from it yet
   * @param onClose is called once both sides are closed, with what broke the connection, where something did
   */
  constructor(client: Socket, to: Address, directions: Directions, onClose: (problem: Error | undefined) => void) {
    this.#client = client;
    this.#to = to;
    this.#directions = directions;
    this.#onClose = onClose;
    this.#watch(client);
    // To connect takes a round trip. The client was accepted at once, so it is its first bytes that wait for it.
    const handshakeMs = directions.there.drawDelayMs() + directions.back.drawDelayMs();
    if (handshakeMs === 0) this.#connect();
    else this.#handshake = setTimeout(() => this.#connect(), Math.ceil(handshakeMs));
  }

  /** The bytes that were read from one side, and have not been taken by the system of the other. */
  get waitingBytes(): number {
    return this.#flows.reduce((sum, flow) => sum + flow.waitingBytes, 0);
  }

  /** Goes on under the terms that the link has now. */
  refresh(): void {
    if (this.#problem !== undefined && !this.#isSilent) this.reset();
    else if (this.#target === undefined && this.#handshake === undefined) this.#connect();
    else for (const flow of this.#flows) flow.refresh();
  }

  /** Ends both sides at once, with an RST. */
  reset(): void {
    clearTimeout(this.#handshake);
    for (const flow of this.#flows) flow.stop();
    for (const side of [this.#client, this.#target]) if (side?.destroyed === false) side.resetAndDestroy();
  }

  get #isSilent(): boolean {
    return this.#directions.there.isSilent;
  }

  #connect(): void {
    this.#handshake = undefined;
    if (this.#isSilent || this.#client.destroyed) return; // a silent link tries it when it is healed
    const target = connect({ ...this.#to, allowHalfOpen: true, noDelay: true });
    this.#target = target;
    this.#watch(target);
    target.once('connect', () => {
      if (this.#client.destroyed) return; // it was reset meanwhile, and so is the target now
      const { there, back } = this.#directions;
      this.#flows = [new Flow(this.#client, target, there), new Flow(target, this.#client, back)];
    });
  }

  #watch(socket: Socket): void {
    socket.on('error', (error) => {
      this.#problem ??= error;
    });
    socket.on('close', () => {
      // A side that broke breaks the other. While nothing passes the link, not even that does.
      if (this.#problem !== undefined && !this.#isSilent) this.reset();
      if (this.#isClosed || !this.#client.closed || this.#target?.closed === false) return;
      this.#isClosed = true;
      this.#onClose(this.#problem);
    });
  }
}
