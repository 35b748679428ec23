import { type LinkShape, unshaped } from '../model/link.ts';
import type { Random } from '../model/random.ts';
import { TokenBucket } from './token-bucket.ts';

/** One direction of a link, which the connections of the link share. */
export class Direction {
  /** Nothing passes, and nothing is read. */
  isSilent = false;
  /** Those that were handed on. */
  passedBytes = 0;
  readonly #random: Random;
  #shape = unshaped;
  #bucket: TokenBucket | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  get shape(): LinkShape {
    return this.#shape;
  }

  set shape(shape: LinkShape) {
    this.#shape = shape;
    this.#bucket = shape.bytesPerSecond === undefined ? undefined : new TokenBucket(shape.bytesPerSecond);
  }

  /** How long a chunk that comes now is under way. */
  drawDelayMs(): number {
    const { latencyMs, jitterMs } = this.#shape;
    return jitterMs === 0 ? latencyMs : latencyMs + jitterMs * this.#random.next();
  }

  /** The most that is to pass at once. */
  get sliceBytes(): number {
    return this.#bucket?.sliceBytes ?? Infinity;
  }

  /** Asks for the passage of `bytes`. Returns the moment, on the clock of `nowMs`, from which these may pass. */
  book(bytes: number, nowMs: number): number {
    return this.#bucket?.take(bytes, nowMs) ?? nowMs;
  }
}
