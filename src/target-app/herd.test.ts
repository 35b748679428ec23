import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startInstance, type Instance } from './testing/instance.ts';
import { prepare } from './testing/prepare.ts';
import { startPostgres, startRedis, type Service } from './testing/services.ts';

const HERD = 200;

let postgres: Service;
let redis: Service;
let environment: Record<string, string>;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  environment = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    SEED_TODOS: '10',
    QUERY_COST_MS: '500', // long enough for the whole herd to arrive meanwhile
    CACHE_LOCK_TIMEOUT_MS: '20000',
    POOL_TIMEOUT_MS: '60000',
  };
  await prepare(environment);
});
afterAll(() => Promise.all([postgres[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()]));
beforeEach(() => prepare(environment));

/** 200 requests at once for one cold todo, dealt out over three instances; gives the recomputes of each instance. */
async function recomputes(strategy: string): Promise<number[]> {
  const start = (): Promise<Instance> => startInstance({ ...environment, CACHE_STRATEGY: strategy });
  await using first = await start();
  await using second = await start();
  await using third = await start();
  const instances = [first, second, third];
  for (const instance of instances)
    await expect.poll(async () => (await instance.request('/readyz')).status, { timeout: 10_000 }).toBe(200);

  const herd = Array.from({ length: Math.ceil(HERD / 3) }, () =>
    instances.map((instance) => instance.request('/todos/1')),
  );
  const responses = await Promise.all(herd.flat().slice(0, HERD));
  expect(responses.map((response) => response.status)).toEqual(Array.from({ length: HERD }, () => 200));
  const bodies = await Promise.all(responses.map((response) => response.text()));
  expect(new Set(bodies).size).toBe(1);
  return await Promise.all(
    instances.map(async (instance) => (await instance.metric('cache_recomputes_total')) ?? Number.NaN),
  );
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

describe('a herd of 200 on a cold key, over three replicas', () => {
  it('computes once under a lock', async () => expect(sum(await recomputes('lock'))).toBe(1));

  it('computes at most once a replica under single flight', async () => {
    const each = await recomputes('single-flight');
    expect(Math.max(...each)).toBe(1);
    expect(sum(each)).toBeLessThanOrEqual(3);
  });

  it('computes many times with cache aside', async () => expect(sum(await recomputes('aside'))).toBeGreaterThan(3));
});
