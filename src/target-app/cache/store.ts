import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';

import type { Stopwatch } from '../timing/stopwatch.ts';

/**
 * Keeps texts for a time. A call never fails: see `createStore` for what it answers when Redis is not there.
 * How long it takes is on the stopwatch of the request that waits for it.
 */
export interface Values {
  get(key: string, stopwatch: Stopwatch): Promise<string | undefined>;
  set(key: string, text: string, lifetimeMs: number, stopwatch: Stopwatch): Promise<void>;
  delete(key: string, stopwatch: Stopwatch): Promise<void>;
  /** A token if the lock on `key` was free and is ours now, until it is released or `timeoutMs` are over. */
  lock(key: string, timeoutMs: number, stopwatch: Stopwatch): Promise<string | undefined>;
  /** Releases the lock, if it is still the one that `token` stands for. */
  unlock(key: string, token: string, stopwatch: Stopwatch): Promise<void>;
}

/** Redis, as this process uses it. */
export interface Store extends Values {
  /** Keeps a whole number for good, unless a higher one is there. */
  raise(key: string, number: number, stopwatch: Stopwatch): Promise<void>;
  /** Fails when Redis does not answer. */
  ping(): Promise<void>;
  /** What Redis says of itself. Fails when it does not answer. */
  info(): Promise<string>;
  close(): Promise<void>;
}

const PING_EVERY_MS = 1000;
const SILENT_FOR_MS = 3000;
const RECONNECT_WITHIN_MS = 1000;

/** A holder that took too long must not release the lock of the next one. */
const COMPARE_AND_DELETE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

const KEEP_THE_HIGHER = `if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end`;

/** How clients of Redis are opened: none waits for one that does not answer. */
export const patience = {
  disableOfflineQueue: true, // fail at once, rather than wait for a connection
  // By default each command makes an AbortSignal with a timer, which costs more than the command itself.
  commandOptions: { timeout: undefined },
  pingInterval: PING_EVERY_MS, // so that a silent connection is a dead one
  socket: {
    socketTimeout: SILENT_FOR_MS,
    reconnectStrategy: (retries: number): number => Math.min(50 * 2 ** retries, RECONNECT_WITHIN_MS),
  },
};

/**
 * Connects to Redis, for as long as it takes and whenever the connection is lost.
 * While Redis is not there, every key is missing, nothing is kept, and everybody gets the lock: reads go on without the
 * cache, and no strategy has to know. That fits a lock which saves work; one that guards correctness must not fail open.
 */
export function createStore(redisUrl: string, failed: (doing: string, error: unknown) => void): Store {
  const client = createClient({ url: redisUrl, ...patience });
  client.on('error', (error: unknown) => failed('the connection to Redis', error));
  const connected = client.connect().then(
    () => undefined,
    () => undefined, // closed before it ever connected; the reasons went to 'error'
  );

  const lockOf = (key: string) => `lock:${key}`;

  return {
    async get(key, stopwatch) {
      stopwatch.begin('cache');
      try {
        return (await client.get(key)) ?? undefined;
      } catch (error) {
        failed('reading the cache', error);
        return undefined;
      } finally {
        stopwatch.end('cache');
      }
    },
    async set(key, text, lifetimeMs, stopwatch) {
      stopwatch.begin('cache');
      try {
        await client.set(key, text, { PX: lifetimeMs });
      } catch (error) {
        failed('writing the cache', error);
      } finally {
        stopwatch.end('cache');
      }
    },
    async delete(key, stopwatch) {
      stopwatch.begin('cache');
      try {
        await client.del(key);
      } catch (error) {
        failed('invalidating the cache', error);
      } finally {
        stopwatch.end('cache');
      }
    },
    async raise(key, number, stopwatch) {
      stopwatch.begin('cache');
      try {
        await client.eval(KEEP_THE_HIGHER, { keys: [key], arguments: [String(number)] });
      } catch (error) {
        failed('noting a write in the cache', error);
      } finally {
        stopwatch.end('cache');
      }
    },
    async lock(key, timeoutMs, stopwatch) {
      const token = randomUUID();
      stopwatch.begin('cache');
      try {
        const taken = await client.set(lockOf(key), token, { NX: true, PX: timeoutMs });
        return taken === null ? undefined : token;
      } catch (error) {
        failed('locking in the cache', error);
        return token;
      } finally {
        stopwatch.end('cache');
      }
    },
    async unlock(key, token, stopwatch) {
      stopwatch.begin('cache');
      try {
        await client.eval(COMPARE_AND_DELETE, { keys: [lockOf(key)], arguments: [token] });
      } catch (error) {
        failed('unlocking in the cache', error);
      } finally {
        stopwatch.end('cache');
      }
    },
    async ping() {
      await client.ping();
    },
    info: () => client.info(),
    async close() {
      if (client.isReady) await client.close();
      else client.destroy();
      await connected;
    },
  };
}
