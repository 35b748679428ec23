/** Of the answers that are not slow, one in so many says where its time went. */
const EVERY = 8;

/** How many answers the running mean remembers, about. */
const REMEMBERED = 64;

/**
 * Which answers say where their time went, where saying it for all would cost too much: those that took at least twice the
 * mean of the ones before, and of the others one in so many.
 */
export class Sampling {
  #seen = 0;
  #meanMs = 0;

  /** How many answers like it this one speaks for; 0 if it says nothing. */
  weightOf(totalMs: number): number {
    const isSlow = totalMs >= 2 * this.#meanMs;
    this.#meanMs += (totalMs - this.#meanMs) / REMEMBERED;
    if (isSlow) return 1;
    return this.#seen++ % EVERY === 0 ? EVERY : 0;
  }
}
