import { z } from 'zod';
import { cacheStrategies, feedStrategies, type AppSettings } from './system.ts';
import { choice, duration, number, percentage, shorthand, table, whole, yesNo } from './shapes.ts';

const day = 86_400_000;
const tenMinutes = 600_000;

/** What the reference app does unless a scenario says otherwise. */
export const defaultApp: AppSettings = {
  cache: { strategy: 'none', ttlMs: 60_000, jitter: 0, lockTimeoutMs: 2000, beta: 1 },
  feed: 'join',
  pool: { size: 10, queueLimit: 1000, timeoutMs: 5000 },
  connections: 'pool',
  queryCostMs: 0,
  workers: 1,
  titleIndex: false,
};

const strategy = choice('the cache strategy', cacheStrategies);
const cacheKeys = table('cache', {
  strategy: strategy.optional(),
  ttl: duration('the ttl', 1, day).optional(),
  jitter: percentage('the jitter', 1).optional(),
  'lock-timeout': duration('the lock time-out', 1, tenMinutes).optional(),
  beta: number('beta', 0, 1000).optional(),
});
type CacheKeys = z.output<typeof cacheKeys>;
const cacheSchema = shorthand<CacheKeys>(
  strategy.transform((word) => ({ strategy: word })),
  cacheKeys,
);

const poolSize = whole('the pool size', 1, 1000);
const poolKeys = table('pool', {
  size: poolSize.optional(),
  queue: whole('the pool queue', 0, 1_000_000).optional(),
  timeout: duration('the pool time-out', 1, tenMinutes).optional(),
});
type PoolKeys = z.output<typeof poolKeys>;
const poolSchema = shorthand<PoolKeys>(
  poolSize.transform((size) => ({ size })),
  poolKeys,
);

/** `app:` as it is written: only what it changes. */
export const appSchema = table('app', {
  cache: cacheSchema.optional(),
  feed: choice('the feed', feedStrategies).optional(),
  pool: poolSchema.optional(),
  connections: choice('the kind of connections', ['pool', 'per-request']).optional(),
  'query-cost': duration('the query cost', 0, 60_000).optional(),
  workers: whole('the number of workers', 1, 64).optional(),
  'title-index': yesNo('title-index').optional(),
});

/** What an `app:` changes. */
export type AppChange = z.output<typeof appSchema>;

/** The settings with a change laid over them. */
export function changeApp(app: AppSettings, change: AppChange | undefined): AppSettings {
  const { cache, pool } = change ?? {};
  return {
    cache: {
      strategy: cache?.strategy ?? app.cache.strategy,
      ttlMs: cache?.ttl ?? app.cache.ttlMs,
      jitter: cache?.jitter ?? app.cache.jitter,
      lockTimeoutMs: cache?.['lock-timeout'] ?? app.cache.lockTimeoutMs,
      beta: cache?.beta ?? app.cache.beta,
    },
    feed: change?.feed ?? app.feed,
    pool: {
      size: pool?.size ?? app.pool.size,
      queueLimit: pool?.queue ?? app.pool.queueLimit,
      timeoutMs: pool?.timeout ?? app.pool.timeoutMs,
    },
    connections: change?.connections ?? app.connections,
    queryCostMs: change?.['query-cost'] ?? app.queryCostMs,
    workers: change?.workers ?? app.workers,
    titleIndex: change?.['title-index'] ?? app.titleIndex,
  };
}
