import type { Socket } from 'node:net';
import type { Direction } from './direction.ts';

/** What may be under way in one direction of one connection, like the window of TCP: beyond it nothing more is read. */
export const windowBytes = 1 << 20;
/** Small chunks cost more memory than their bytes. */
const windowChunks = 1024;

interface Chunk {
  bytes: Buffer;
  /** When it has been under way for long enough. */
  readonly dueMs: number;
}

/** Hands on what one socket of a connection says to the other one: all of it, in its order, and its end. */
export class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #direction: Direction;
  readonly #chunks: Chunk[] = [];
  #bytes = 0;
  /** When the end that `from` has said is due. */
  #endMs: number | undefined;
  #lastDueMs = 0;
  /** The passage that is booked for the first chunk, or for its first slice. */
  #bookedMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** Begins at once. Both sockets are connected, and stay open in one direction where the other has ended. */
  constructor(from: Socket, to: Socket, direction: Direction) {
    this.#from = from;
    this.#to = to;
    this.#direction = direction;
    from.on('data', (bytes: Buffer) => {
      this.#chunks.push({ bytes, dueMs: this.#drawDueMs() });
      this.#bytes += bytes.length;
      this.#proceed();
    });
    from.on('end', () => {
      this.#endMs = this.#drawDueMs();
      this.#proceed();
    });
    to.on('drain', () => this.#proceed());
    this.#proceed();
  }

  /** The bytes that were read, and have not been taken by the system of the other side. */
  get waitingBytes(): number {
    return this.#bytes + this.#to.writableLength;
  }

  /** Goes on under the terms that its direction has now. What is under way keeps the latency with which it left. */
  refresh(): void {
    this.#bookedMs = undefined;
    this.#proceed();
  }

  /** Drops what is under way. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #proceed(): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    while (!this.#direction.isSilent && !this.#to.writableNeedDrain) {
      const nowMs = performance.now();
      const nextMs = this.#nextMs(nowMs);
      if (nextMs === undefined) break;
      if (nextMs > nowMs) {
        this.#timer = setTimeout(() => this.#proceed(), Math.ceil(nextMs - nowMs));
        break;
      }
      this.#passNext();
    }
    const isFull = this.#bytes >= windowBytes || this.#chunks.length >= windowChunks;
    if (isFull || this.#direction.isSilent) this.#from.pause();
    else this.#from.resume();
  }

  /** When something may pass next; undefined where nothing is under way. */
  #nextMs(nowMs: number): number | undefined {
    const [first] = this.#chunks;
    if (first === undefined) return this.#endMs;
    if (first.dueMs > nowMs) return first.dueMs;
    this.#bookedMs ??= this.#direction.book(Math.min(first.bytes.length, this.#direction.sliceBytes), nowMs);
    return this.#bookedMs;
  }

  #passNext(): void {
    const [first] = this.#chunks;
    if (first === undefined) {
      this.#endMs = undefined;
      this.#to.end();
      return;
    }
    const slice = first.bytes.subarray(0, this.#direction.sliceBytes);
    first.bytes = first.bytes.subarray(slice.length);
    if (first.bytes.length === 0) this.#chunks.shift();
    this.#bytes -= slice.length;
    this.#bookedMs = undefined;
    this.#direction.passedBytes += slice.length;
    this.#to.write(slice);
  }

  #drawDueMs(): number {
    this.#lastDueMs = Math.max(this.#lastDueMs, performance.now() + this.#direction.drawDelayMs());
    return this.#lastDueMs;
  }
}
