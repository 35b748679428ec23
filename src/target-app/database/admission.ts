import { ConnectionRefusal } from './refusal.ts';

interface Waiter {
  enter(): void;
}

/**
 * Lets a number of holders in at once; others wait in a line, first come, first served.
 * The line has an end and patience has a limit: under more load than the database takes, an early no (which a client
 * can act on) is worth more than a late yes (which nobody waits for any more), and memory stays bounded.
 */
export class Admission {
  readonly #lineLimit: number;
  readonly #patienceMs: number;
  readonly #line = new Set<Waiter>(); // keeps the order of arrival, and lets one in the middle give up
  #free: number;

  constructor(places: number, lineLimit: number, patienceMs: number) {
    this.#free = places;
    this.#lineLimit = lineLimit;
    this.#patienceMs = patienceMs;
  }

  /** Resolves once inside. @throws {ConnectionRefusal} `queue-full` at once, or `timeout` after the wait */
  async enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#line.size >= this.#lineLimit) throw new ConnectionRefusal('queue-full');
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        enter: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#line.delete(waiter);
        reject(new ConnectionRefusal('timeout'));
      }, this.#patienceMs);
      this.#line.add(waiter);
    });
  }

  /** Gives the place to the first in line, or frees it. Called once for each `enter` that resolved. */
  leave(): void {
    for (const first of this.#line) {
      this.#line.delete(first);
      first.enter();
      return;
    }
    this.#free += 1;
  }
}
