import { Flights } from './flights.ts';
import type { CacheStrategy, CacheTools } from './strategy.ts';

/**
 * Cache aside, where the misses of one key in this process share one computation.
 * No round trip more than `aside`. A herd of any size computes once per process, so once per replica, not once.
 */
export function singleFlight({ store, tally, lifetimeMs }: CacheTools): CacheStrategy {
  const flights = new Flights();
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
      const compute = async (): Promise<string | undefined> => {
        const text = await recompute(stopwatch);
        if (text !== undefined) await keep(key, text, stopwatch);
        return text;
      };
      return flights.share(key, compute, stopwatch);
    },
  };
}
