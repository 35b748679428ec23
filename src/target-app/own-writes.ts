import type { Metrics } from './metrics/metrics.ts';
import { createFreshness, type Freshness } from './freshness.ts';

/** Of so many clients it is remembered what they wrote; of others, those who have been silent for longest are forgotten. */
const MOST_CLIENTS = 10_000;

/** What clients who say who they are have written. Of one who does not, nothing is known. */
export interface OwnWrites {
  /** At this moment a client is told what its write left: a version, or nothing. */
  told(client: string | undefined, key: number, version: number | undefined, atMs: number): void;
  /** When the client was told last of a write of its own. */
  lastAtMs(client: string | undefined): number | undefined;
  /** Counts an answer to a client that asked for it then, and whether it is older than what the client itself had written before. */
  seen(client: string | undefined, key: number, version: number, askedAtMs: number): void;
}

/**
 * Keeps in mind what clients of this process wrote. What they wrote by way of another process it does not know. It does not see either
 * whether what was created or removed is there or not: who asks for it has an answer without a version.
 */
export function createOwnWrites(metrics: Pick<Metrics, 'cacheChecked' | 'cacheOutdated'>): OwnWrites {
  const written = new Map<string, { readonly freshness: Freshness; readonly atMs: number }>();

  return {
    told(client, key, version, atMs) {
      if (client === undefined) return;
      const { freshness } = written.get(client) ?? { freshness: createFreshness() };
      if (version !== undefined) freshness.told(key, version, atMs);
      written.delete(client); // so that it stands last
      written.set(client, { freshness, atMs });
      const [silent] = written.keys();
      if (written.size > MOST_CLIENTS && silent !== undefined) written.delete(silent);
    },
    lastAtMs: (client) => (client === undefined ? undefined : written.get(client)?.atMs),
    seen(client, key, version, askedAtMs) {
      if (client === undefined) return;
      metrics.cacheChecked.inc();
      const isStale = written.get(client)?.freshness.isStale(key, version, askedAtMs) ?? false;
      if (isStale) metrics.cacheOutdated.inc();
    },
  };
}
