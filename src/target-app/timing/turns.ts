import { performance } from 'node:perf_hooks';

const loop = performance.nodeTiming;

/** To ask which turn it is takes as long as all the rest of the measuring: what goes on so soon after is taken to be in the same. */
const ASK_EVERY_MS = 0.1;

/**
 * The turns of the event loop, as far as requests can see them.
 * In each turn the loop takes what has arrived and works through it; what arrives meanwhile waits for the next. Node counts
 * turns but does not say when one began, so the first request that begins or goes on in a turn marks its start.
 */
export class Turns {
  #askedAtMs = -1;
  #number = -1;
  #startedAtMs = 0;
  #restedMs = -1;
  #waitedBeforeMs = 0;

  /** Says that a request begins or goes on now. */
  mark(nowMs: number): void {
    if (nowMs - this.#askedAtMs < ASK_EVERY_MS) return;
    this.#askedAtMs = nowMs;
    const number = loop.uvMetricsInfo.loopCount;
    if (number === this.#number) return;
    this.#number = number;
    const restedMs = loop.idleTime;
    // Without a rest since the turn before, what the loop finds now came at any moment of that: half way, on average.
    this.#waitedBeforeMs = restedMs === this.#restedMs ? (nowMs - this.#startedAtMs) / 2 : 0;
    this.#restedMs = restedMs;
    this.#startedAtMs = nowMs;
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
