/** Waits until the clock of `performance.now()` has reached a moment: never less, as a timer may fire a little early. */
export async function until(momentMs: number): Promise<void> {
  do {
    const leftMs = Math.max(0, Math.ceil(momentMs - performance.now()));
    await new Promise((resolve) => setTimeout(resolve, leftMs));
  } while (performance.now() < momentMs);
}

/** Calls back at a moment, once; a moment that has passed is as soon as the loop has read what came in. */
export class Alarm {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Sets it to a moment of `performance.now()`, instead of the one before. */
  at(momentMs: number): void {
    this.cancel();
    const leftMs = momentMs - performance.now();
    // A timer counts whole milliseconds and is late by up to one: it is set early rather than late.
    if (leftMs > 0) this.#timer = setTimeout(this.#ring, Math.floor(leftMs));
    else this.#immediate = setImmediate(this.#ring);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }
}
