/** How many there are of something, and the most that there were at once. */
export class HighWater {
  #now = 0;
  #most = 0;

  /** One more. */
  rise(): void {
    this.#now += 1;
    this.#most = Math.max(this.#most, this.#now);
  }

  /** One less. */
  fall(): void {
    this.#now -= 1;
  }

  /** The most since this was last asked for; it begins anew with how many there are now. */
  take(): number {
    const most = this.#most;
    this.#most = this.#now;
    return most;
  }
}
