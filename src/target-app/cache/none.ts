import type { CacheStrategy, CacheTools } from './strategy.ts';

/** No cache: every read goes to the database. The baseline that the others are measured against. */
export function none({ tally }: Pick<CacheTools, 'tally'>): CacheStrategy {
  return {
    read(_key, recompute, stopwatch) {
      tally.miss();
      return recompute(stopwatch);
    },
    keep: () => Promise.resolve(),
  };
}
