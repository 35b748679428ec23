import { LRUCache } from 'lru-cache';

import type { Values } from './store.ts';

/**
 * A small store in this process, in front of the shared one: what was read lately is read again without asking anybody, so that a
 * key that all want costs the shared store one command per process and `ttlMs`, however many they are.
 *
 * The price: a write deletes or renews what this process has and what all share, and other processes go on with what they have,
 * for `ttlMs` at the most. Of what it has no room for, the value that was read least recently goes.
 */
export function localStore(shared: Values, size: number, ttlMs: number): Values {
  const local = new LRUCache<string, string>({ max: size, ttl: ttlMs });

  return {
    async get(key, stopwatch) {
      const near = local.get(key);
      if (near !== undefined) return near;
      const text = await shared.get(key, stopwatch);
      if (text !== undefined) local.set(key, text);
      return text;
    },
    async set(key, text, lifetimeMs, stopwatch) {
      local.set(key, text, { ttl: Math.min(ttlMs, lifetimeMs) });
      await shared.set(key, text, lifetimeMs, stopwatch);
    },
    async delete(key, stopwatch) {
      local.delete(key);
      await shared.delete(key, stopwatch);
      local.delete(key); // who read it from the shared store before it was gone there
    },
    lock: (key, timeoutMs, stopwatch) => shared.lock(key, timeoutMs, stopwatch),
    unlock: (key, token, stopwatch) => shared.unlock(key, token, stopwatch),
  };
}
