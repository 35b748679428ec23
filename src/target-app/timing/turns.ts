import { performance } from 'node:perf_hooks';

/**
 * The turns of the event loop, as far as requests can see them.
 * In each turn the loop takes what has arrived and works through it; what arrives meanwhile waits for the next. Nobody says
 * when a turn begins, and asking would keep the loop from ever resting. So the first request that begins or goes on marks
 * the start, and a callback right after the last one marks the end: one a turn, however many requests there are.
 */
export class Turns {
  #isOpen = false;
  #startedAtMs = 0;
  #waitedBeforeMs = 0;
  #idleAtEndMs = -1;

  readonly #end = (): void => {
    this.#isOpen = false;
    this.#idleAtEndMs = performance.nodeTiming.idleTime;
  };

  /** Says that a request begins or goes on now. */
  mark(nowMs: number): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    // If the loop did not rest between the turns, what it finds now came at any moment of the turn before: half way, on average.
    const rested = performance.nodeTiming.idleTime !== this.#idleAtEndMs;
    this.#waitedBeforeMs = rested ? 0 : (nowMs - this.#startedAtMs) / 2;
    this.#startedAtMs = nowMs;
    setImmediate(this.#end);
  }

  /**
   * How long a request that begins now has waited for the loop: since the turn began, and half of the turn before. An
   * estimate, right on average over requests that arrive evenly; of turns in which no request had a part it knows nothing.
   */
  waitedMs(nowMs: number): number {
    this.mark(nowMs);
    return nowMs - this.#startedAtMs + this.#waitedBeforeMs;
  }
}
