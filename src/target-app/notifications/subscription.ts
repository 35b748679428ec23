import { setTimeout as pause } from 'node:timers/promises';

import type { ErrorLog } from '../log.ts';

const AGAIN_AFTER_MS = 500;

/** What takes messages from a broker. */
export interface Subscription {
  /** Takes no more, and waits until those that were taken are done with. */
  close(): Promise<void>;
}

/** Takes messages by `take`, and begins anew whenever that ends or fails, until it is closed: then `take` is told by its signal, and ends. */
export function repeatedly(
  doing: string,
  errors: ErrorLog,
  take: (closing: AbortSignal) => Promise<void>,
): Subscription {
  const closing = new AbortController();
  const { signal } = closing;
  const takeOn = async (): Promise<void> => {
    while (!signal.aborted) {
      await take(signal).catch((error: unknown) => {
        // Whoever is told to end may be broken off at anything.
        if (!signal.aborted) errors.report(doing, error);
      });
      await pause(AGAIN_AFTER_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const taking = takeOn();
  return {
    close() {
      closing.abort();
      return taking;
    },
  };
}
