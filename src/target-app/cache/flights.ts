import type { Recompute } from './strategy.ts';

/** Work under way, by key: whoever asks for a key while it is being worked on shares the result, or the failure. */
export class Flights {
  readonly #flights = new Map<string, Promise<string | undefined>>();

  /** Whether a key is being worked on. */
  has(key: string): boolean {
    return this.#flights.has(key);
  }

  share(key: string, work: Recompute): Promise<string | undefined> {
    const underWay = this.#flights.get(key);
    if (underWay !== undefined) return underWay;
    const flight = work().finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}
