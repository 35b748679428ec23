import type { CacheStrategy, CacheTools } from './strategy.ts';

/**
 * Cache aside: look, and on a miss compute and keep it.
 * Right for most. But when a busy key expires, every request that arrives before the first one has computed it misses
 * as well, and all of them compute: the thundering herd.
 */
export function aside({ store, tally, lifetimeMs }: CacheTools): CacheStrategy {
  const keep: CacheStrategy['keep'] = (key, text, stopwatch) => store.set(key, text, lifetimeMs(), stopwatch);

  return {
    keep,
    async read(key, recompute, stopwatch) {
      const cached = await store.get(key, stopwatch);
      if (cached !== undefined) {
        tally.hit();
        return cached;
      }
      tally.miss();
      const text = await recompute(stopwatch);
      if (text !== undefined) await keep(key, text, stopwatch);
      return text;
    },
  };
}
