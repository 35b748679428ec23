import { LRUCache } from 'lru-cache';

import { Flights } from './flights.ts';
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
  const flights = new Flights(); // who comes while the key is fetched waits for that

  // What is changed is changed here last: who fetched the old value at the same time has kept it by then.
  return {
    async get(key, stopwatch) {
      const fetched = async (): Promise<string | undefined> => {
        const text = await shared.get(key, stopwatch);
        if (text !== undefined) local.set(key, text);
        return text;
      };
      return local.get(key) ?? flights.share(key, fetched, stopwatch);
    },
    async set(key, text, lifetimeMs, stopwatch) {
      await shared.set(key, text, lifetimeMs, stopwatch);
      local.set(key, text, { ttl: Math.min(ttlMs, lifetimeMs) });
    },
    async delete(key, stopwatch) {
      await shared.delete(key, stopwatch);
      local.delete(key);
    },
    lock: (key, timeoutMs, stopwatch) => shared.lock(key, timeoutMs, stopwatch),
    unlock: (key, token, stopwatch) => shared.unlock(key, token, stopwatch),
  };
}
