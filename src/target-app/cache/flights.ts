import type { Stopwatch } from '../timing/stopwatch.ts';

/** Work under way, by key: whoever asks for a key while it is being worked on shares the result, or the failure. */
export class Flights {
  readonly #flights = new Map<string, Promise<string | undefined>>();

  /** Whether a key is being worked on. */
  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /** Whoever is first works, and measures that itself; the others wait, on their own stopwatches. */
  async share(key: string, work: () => Promise<string | undefined>, stopwatch: Stopwatch): Promise<string | undefined> {
    const underWay = this.#flights.get(key);
    if (underWay === undefined) {
      const flight = work().finally(() => this.#flights.delete(key));
      this.#flights.set(key, flight);
      return flight;
    }
    stopwatch.begin('flight');
    try {
      return await underWay;
    } finally {
      stopwatch.end('flight');
    }
  }
}
