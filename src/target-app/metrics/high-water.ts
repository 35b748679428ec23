/** The most that was under way at once. */
export class HighWater {
  #now = 0;
  #most = 0;

  /** Does `work`, which counts as long as it takes. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#now += 1;
    this.#most = Math.max(this.#most, this.#now);
    try {
      return await work();
    } finally {
      this.#now -= 1;
    }
  }

  /** The most since this was last asked for; it begins anew with what is under way now. */
  take(): number {
    const most = this.#most;
    this.#most = this.#now;
    return most;
  }
}
