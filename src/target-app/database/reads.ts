import { performance } from 'node:perf_hooks';

import type { Metrics } from '../metrics/metrics.ts';
import type { OwnWrites } from '../own-writes.ts';
import type { Settings } from '../settings.ts';

/** Chooses who answers a read of a client; undefined for one who does not say who it is. */
export type ChooseReader<Reader> = (client: string | undefined) => Reader;

/** What it takes to choose. */
interface Choice<Reader> {
  readonly primary: Reader;
  /** The next of all that can read, in turn. */
  readonly next: () => Reader;
  /** Whether a client was told of a write of its own just now. */
  readonly hasJustWritten: (client: string | undefined) => boolean;
}

/** Who answers a read. A write is always the primary's. */
const WAYS: Record<Settings['READS_FROM'], <Reader>(choice: Choice<Reader>) => ChooseReader<Reader>> = {
  primary:
    ({ primary }) =>
    () =>
      primary,

  /** The primary and its standbys in turn: what a client wrote may not have come to the one that it reads from. */
  anywhere: ({ next }) => next,

  /** The same, but the primary for a client that has just written: as long as no standby lags for longer, it sees what it wrote. */
  'after-own-write':
    ({ primary, next, hasJustWritten }) =>
    (client) =>
      hasJustWritten(client) ? primary : next(),
};

/** Chooses by the way of the settings, and counts how often it is the primary. */
export function createReads<Reader>(
  settings: Pick<Settings, 'READS_FROM' | 'READS_OWN_WRITE_MS'>,
  primary: Reader,
  standbys: readonly Reader[],
  ownWrites: Pick<OwnWrites, 'lastAtMs'>,
  metrics: Pick<Metrics, 'reads' | 'readsAtPrimary'>,
): ChooseReader<Reader> {
  const all = [primary, ...standbys];
  let turn = 0;
  const choose = WAYS[settings.READS_FROM]({
    primary,
    next: () => all[turn++ % all.length] ?? primary,
    hasJustWritten: (client) =>
      performance.now() - (ownWrites.lastAtMs(client) ?? -Infinity) < settings.READS_OWN_WRITE_MS,
  });

  return (client) => {
    const reader = choose(client);
    metrics.reads.inc();
    if (reader === primary) metrics.readsAtPrimary.inc();
    return reader;
  };
}
