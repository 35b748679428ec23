/** As many tokens as flow in within this time: so much passes at once after a rest, and timers need not be finer. */
const depthMs = 10;

/**
 * Lets bytes pass at a rate. Tokens flow into a bucket, a byte takes one, and who comes first is served first. What is kept is no
 * number of tokens but the moment at which all that were taken will have flowed in.
 */
export class TokenBucket {
  readonly #bytesPerMs: number;
  #takenUntilMs = -Infinity;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** The most that is to be taken at once, so that nobody waits long behind others. */
  get sliceBytes(): number {
    return Math.max(1, Math.floor(this.#bytesPerMs * depthMs));
  }

  /** Takes the tokens of `bytes`. Returns the moment, on the clock of `nowMs`, from which these may pass. */
  take(bytes: number, nowMs: number): number {
    this.#takenUntilMs = Math.max(this.#takenUntilMs, nowMs - depthMs) + bytes / this.#bytesPerMs;
    return this.#takenUntilMs;
  }
}
