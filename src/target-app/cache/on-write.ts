import type { Settings } from '../settings.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import type { Values } from './store.ts';
import type { CacheStrategy } from './strategy.ts';

/**
 * What a write does to the cache once it is committed, and before its writer is answered.
 * @param text the value as the write has left it; undefined where it left none
 */
export type OnWrite = (key: string, text: string | undefined, stopwatch: Stopwatch) => Promise<void>;

type Create = (strategy: CacheStrategy, store: Values) => OnWrite;

/**
 * The next read misses, and computes the value anew. A reader that computed the old value before the write, and keeps it after
 * the deletion, leaves it stale until it expires or is written again: a short race that most caches accept.
 */
const deleting: Create = (_, store) => (key, _text, stopwatch) => store.delete(key, stopwatch);

/**
 * The next read finds the new value, and no read has to compute it. It has the race of a deletion, and one more: of two
 * writers in two replicas, the one that commits first may be the one that keeps its value last.
 */
const writeThrough: Create = (strategy, store) => (key, text, stopwatch) =>
  text === undefined ? store.delete(key, stopwatch) : strategy.keep(key, text, stopwatch);

/** Readers have the old value until it expires. */
const ttlOnly: Create = () => () => Promise.resolve();

const KINDS: Record<Settings['CACHE_ON_WRITE'], Create> = {
  delete: deleting,
  'write-through': writeThrough,
  'ttl-only': ttlOnly,
};

/** What a write does by the settings. */
export function createOnWrite(kind: Settings['CACHE_ON_WRITE'], strategy: CacheStrategy, store: Values): OnWrite {
  return KINDS[kind](strategy, store);
}
