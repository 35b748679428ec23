import { setTimeout as sleep } from 'node:timers/promises';

import type { Stopwatch } from '../timing/stopwatch.ts';
import { Flights } from './flights.ts';
import type { CacheStrategy, CacheTools, Recompute } from './strategy.ts';

const FIRST_POLL_MS = 2;
const SLOWEST_POLL_MS = 50;

/**
 * On a miss, whoever takes a lock in Redis computes; all others, in all replicas, wait for the value to appear.
 * A herd computes once in the whole fleet. The price: two round trips more on a miss, and waiting for a holder that may
 * have died; past the time-out each process helps itself. Flights come first, so that a process polls once per key.
 */
export function lock({ store, tally, lifetimeMs, lockTimeoutMs, monotonicMs, random }: CacheTools): CacheStrategy {
  const flights = new Flights();
  const keep: CacheStrategy['keep'] = (key, text, stopwatch) => store.set(key, text, lifetimeMs(), stopwatch);

  async function recomputeAndKeep(
    key: string,
    recompute: Recompute,
    stopwatch: Stopwatch,
  ): Promise<string | undefined> {
    const text = await recompute(stopwatch);
    if (text !== undefined) await keep(key, text, stopwatch);
    return text;
  }

  async function holding(
    token: string,
    key: string,
    recompute: Recompute,
    stopwatch: Stopwatch,
  ): Promise<string | undefined> {
    try {
      // The holder before us may have finished between our look and our lock: without this look, two would compute.
      return (await store.get(key, stopwatch)) ?? (await recomputeAndKeep(key, recompute, stopwatch));
    } finally {
      await store.unlock(key, token, stopwatch);
    }
  }

  async function waitOrCompute(key: string, recompute: Recompute, stopwatch: Stopwatch): Promise<string | undefined> {
    const givesUpAt = monotonicMs() + lockTimeoutMs;
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, SLOWEST_POLL_MS)) {
      const token = await store.lock(key, lockTimeoutMs, stopwatch);
      if (token !== undefined) return holding(token, key, recompute, stopwatch);
      if (monotonicMs() >= givesUpAt) return recomputeAndKeep(key, recompute, stopwatch);
      stopwatch.begin('flight');
      await sleep(pollMs * (0.5 + random())); // jitter keeps the replicas from polling in step
      stopwatch.end('flight');
      const text = await store.get(key, stopwatch);
      if (text !== undefined) return text;
    }
  }

  return {
    keep,
    async read(key, recompute, stopwatch) {
      const cached = await store.get(key, stopwatch);
      if (cached !== undefined) {
        tally.hit();
        return cached;
      }
      tally.miss();
      return flights.share(key, () => waitOrCompute(key, recompute, stopwatch), stopwatch);
    },
  };
}
