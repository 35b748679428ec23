import { UNWATCHED, type Stopwatch } from '../timing/stopwatch.ts';
import { open, seal } from './envelope.ts';
import { Flights } from './flights.ts';
import type { CacheStrategy, CacheTools, Recompute } from './strategy.ts';

/** A value is fresh for its lifetime, and may be served stale for ten lifetimes more. */
const STALE_LIFETIMES = 10;

/**
 * Nobody waits for a value that is merely old: it is answered at once, and one process of the fleet computes a new one
 * in the background. The price is in the name. Only a key that is not there at all (cold, deleted, or not asked for
 * during the stale period) makes readers wait, under single flight.
 */
export function staleWhileRevalidate(tools: CacheTools): CacheStrategy {
  const { store, tally, lifetimeMs, lockTimeoutMs, wallClockMs } = tools;
  const coldReads = new Flights();
  const refreshing = new Set<string>();

  async function keep(key: string, text: string, stopwatch: Stopwatch): Promise<void> {
    const freshMs = lifetimeMs();
    const sealed = seal({ expiresAtMs: wallClockMs() + freshMs, recomputeMs: 0, text });
    await store.set(key, sealed, freshMs * (1 + STALE_LIFETIMES), stopwatch);
  }

  async function recomputeAndKeep(
    key: string,
    recompute: Recompute,
    stopwatch: Stopwatch,
  ): Promise<string | undefined> {
    const text = await recompute(stopwatch);
    if (text !== undefined) await keep(key, text, stopwatch);
    return text;
  }

  /** No answer waits for it: it is on nobody's stopwatch. */
  async function refresh(key: string, recompute: Recompute): Promise<void> {
    const token = await store.lock(key, lockTimeoutMs, UNWATCHED);
    if (token === undefined) return; // another process is at it
    try {
      const sealed = await store.get(key, UNWATCHED);
      const envelope = sealed === undefined ? undefined : open(sealed);
      // Done by another between our look and our lock? Then it is fresh by now.
      if (envelope !== undefined && wallClockMs() < envelope.expiresAtMs) return;
      const text = await recomputeAndKeep(key, recompute, UNWATCHED);
      if (text === undefined) await store.delete(key, UNWATCHED); // gone from the database
    } finally {
      await store.unlock(key, token, UNWATCHED);
    }
  }

  return {
    keep,
    async read(key, recompute, stopwatch) {
      const sealed = await store.get(key, stopwatch);
      const envelope = sealed === undefined ? undefined : open(sealed);
      if (envelope === undefined) {
        tally.miss();
        return coldReads.share(key, () => recomputeAndKeep(key, recompute, stopwatch), stopwatch);
      }
      tally.hit();
      if (wallClockMs() >= envelope.expiresAtMs) {
        tally.stale();
        if (!refreshing.has(key)) {
          refreshing.add(key);
          const done = refresh(key, recompute).finally(() => refreshing.delete(key));
          tools.background('recomputing a stale value', done);
        }
      }
      return envelope.text;
    },
  };
}
