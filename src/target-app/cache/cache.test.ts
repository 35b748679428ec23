import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createErrorLog } from '../log.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import { CACHE_STRATEGIES, readSettings } from '../settings.ts';
import { readMetric } from '../testing/metric.ts';
import { startRedis, type Service } from '../testing/services.ts';
import { UNWATCHED } from '../timing/stopwatch.ts';
import { createCache, jittered, type Cache } from './cache.ts';

let redis: Service;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

async function open(strategy: string): Promise<{ cache: Cache; metrics: Metrics }> {
  const metrics = createMetrics();
  const environment = { DATABASE_URL: 'postgres://unused', REDIS_URL: redis.url, CACHE_STRATEGY: strategy };
  const cache = createCache(readSettings(environment), metrics, createErrorLog(pino({ level: 'silent' })));
  await answers(cache, true);
  return { cache, metrics };
}

const answers = (cache: Cache, expected: boolean) =>
  expect
    .poll(
      () =>
        cache.redis?.ping().then(
          () => true,
          () => false,
        ),
      { timeout: 15_000 },
    )
    .toBe(expected);

const count = async (metrics: Metrics, name: string) => readMetric(await metrics.registry.metrics(), name);

describe.each(CACHE_STRATEGIES.filter((name) => name !== 'none'))('without Redis, %s', (strategy) => {
  it('computes, counts the errors, and uses the cache again once Redis is back', async () => {
    const { cache, metrics } = await open(strategy);
    const key = `key of ${strategy}`;
    await redis.stop();
    await answers(cache, false);
    const errorsBefore = (await count(metrics, 'cache_errors_total')) ?? 0;

    expect(await cache.read(key, () => Promise.resolve('value'), UNWATCHED)).toBe('value');
    await cache.written(key, 'another', UNWATCHED);
    expect(await count(metrics, 'cache_recomputes_total')).toBe(1);
    expect(await count(metrics, 'cache_errors_total')).toBeGreaterThanOrEqual(errorsBefore + 3); // get, set, delete

    await redis.start();
    await answers(cache, true);
    await cache.read(key, () => Promise.resolve('value'), UNWATCHED);
    await cache.read(key, () => Promise.resolve('another'), UNWATCHED);
    expect(await count(metrics, 'cache_hits_total')).toBe(1);
    expect(await count(metrics, 'cache_recomputes_total')).toBe(2);
    await cache.close();
  });
});

it('computes and counts every read where there is no Redis', async () => {
  const metrics = createMetrics();
  const settings = readSettings({ DATABASE_URL: 'postgres://unused' });
  const cache = createCache(settings, metrics, createErrorLog(pino({ level: 'silent' })));
  expect(cache.redis).toBeUndefined();
  for (const value of ['one', 'two']) {
    expect(await cache.read('key', () => Promise.resolve(value), UNWATCHED)).toBe(value);
    await cache.written('key', 'another', UNWATCHED);
  }
  expect(await count(metrics, 'cache_misses_total')).toBe(2);
  expect(await count(metrics, 'cache_recomputes_total')).toBe(2);
  expect(await count(metrics, 'cache_errors_total')).toBe(0);
  await cache.close();
});

it('can be closed while Redis is away', async () => {
  const { cache } = await open('aside');
  await redis.stop();
  await answers(cache, false);
  await cache.close();
  await redis.start();
});

it('spreads lifetimes evenly around the one that was set', () => {
  expect([0, 0.5, 1].map((random) => jittered(1000, 0.2, random))).toEqual([800, 1000, 1200]);
  expect(jittered(1000, 0, 0.9)).toBe(1000);
  expect(jittered(1000, 1, 0)).toBe(1); // Redis does not take 0
});
