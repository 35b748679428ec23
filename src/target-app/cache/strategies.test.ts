import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { startRedis, type Service } from '../testing/services.ts';
import { UNWATCHED } from '../timing/stopwatch.ts';
import { aside } from './aside.ts';
import { flush } from './flush.ts';
import { lock } from './lock.ts';
import { none } from './none.ts';
import { singleFlight } from './single-flight.ts';
import { staleWhileRevalidate } from './stale-while-revalidate.ts';
import { createStore, type Store } from './store.ts';
import type { CacheStrategy, CacheTools } from './strategy.ts';
import { xfetch } from './xfetch.ts';

const LIFETIME_MS = 60_000;

let redis: Service;
let store: Store;
let background: Promise<unknown>[];
let counts: { hits: number; misses: number; stale: number; recomputes: number };
let clock: { wallMs: number; monotonicMs: number };
let draw: number;
let missed: () => void;

beforeAll(async () => {
  redis = await startRedis();
  store = createStore(redis.url, (doing, error) => {
    throw new Error(doing, { cause: error });
  });
  await vi.waitFor(() => store.ping(), 15_000);
});
afterAll(async () => {
  await store.close();
  await redis[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await flush(redis.url);
  background = [];
  counts = { hits: 0, misses: 0, stale: 0, recomputes: 0 };
  clock = { wallMs: 1_000_000, monotonicMs: 0 };
  draw = 0;
  missed = () => undefined;
});

function tools(changes: Partial<CacheTools> = {}): CacheTools {
  return {
    store,
    tally: {
      hit: () => (counts.hits += 1),
      miss: () => {
        counts.misses += 1;
        missed();
      },
      stale: () => (counts.stale += 1),
    },
    lifetimeMs: () => LIFETIME_MS,
    lockTimeoutMs: 30_000,
    xfetchBeta: 1,
    background: (_doing, work) => background.push(work),
    wallClockMs: () => clock.wallMs,
    monotonicMs: () => clock.monotonicMs,
    random: () => draw,
    ...changes,
  };
}

/** Computes v1, v2, v3 and so on. */
async function recompute(): Promise<string> {
  counts.recomputes += 1;
  clock.monotonicMs += 100; // each takes 100 ms by the clock of the strategies
  return Promise.resolve(`v${counts.recomputes}`);
}

/** Reads a cold key 20 times at once in each process; no recompute ends before all 20 of each have missed. */
async function herd(...processes: CacheStrategy[]): Promise<(string | undefined)[]> {
  const size = processes.length * 20;
  const allMissed = new Promise<void>((resolve) => {
    missed = () => counts.misses === size && resolve();
  });
  const slowly = async (): Promise<string> => {
    counts.recomputes += 1;
    await allMissed;
    return 'value';
  };
  return Promise.all(
    processes.flatMap((process) => Array.from({ length: 20 }, () => process.read('key', slowly, UNWATCHED))),
  );
}

const KEEPING = { aside, 'single-flight': singleFlight, lock, 'stale-while-revalidate': staleWhileRevalidate, xfetch };

describe.each(Object.entries(KEEPING))('%s', (_name, create) => {
  it('computes a value once and answers from the cache from then on', async () => {
    const cache = create(tools());
    expect([await cache.read('key', recompute, UNWATCHED), await cache.read('key', recompute, UNWATCHED)]).toEqual([
      'v1',
      'v1',
    ]);
    expect(counts).toEqual({ hits: 1, misses: 1, stale: 0, recomputes: 1 });
  });

  it('shares values between processes', async () => {
    await create(tools()).read('key', recompute, UNWATCHED);
    expect(await create(tools()).read('key', recompute, UNWATCHED)).toBe('v1');
  });

  it('computes again after an invalidation', async () => {
    const cache = create(tools());
    await cache.read('key', recompute, UNWATCHED);
    await store.delete('key', UNWATCHED);
    expect(await cache.read('key', recompute, UNWATCHED)).toBe('v2');
  });

  it('answers with what was kept after a write, and computes nothing', async () => {
    const cache = create(tools());
    await cache.keep('key', 'written', UNWATCHED);
    expect(await create(tools()).read('key', recompute, UNWATCHED)).toBe('written');
    expect(counts.recomputes).toBe(0);
  });

  it('does not cache what does not exist', async () => {
    const cache = create(tools());
    expect(await cache.read('key', () => Promise.resolve(undefined), UNWATCHED)).toBeUndefined();
    expect(await cache.read('key', recompute, UNWATCHED)).toBe('v1');
  });

  it('passes a failed recompute on, and tries again', async () => {
    const cache = create(tools());
    await expect(cache.read('key', () => Promise.reject(new Error('no database')), UNWATCHED)).rejects.toThrow(
      'no database',
    );
    expect(await cache.read('key', recompute, UNWATCHED)).toBe('v1');
  });
});

it('none computes every time', async () => {
  const cache = none(tools());
  expect([await cache.read('key', recompute, UNWATCHED), await cache.read('key', recompute, UNWATCHED)]).toEqual([
    'v1',
    'v2',
  ]);
  expect(counts).toEqual({ hits: 0, misses: 2, stale: 0, recomputes: 2 });
});

describe('a herd of 20 in each of two processes on a cold key', () => {
  it.each([
    ['aside', 40, aside],
    ['single-flight', 2, singleFlight],
    ['lock', 1, lock],
    ['stale-while-revalidate', 2, staleWhileRevalidate],
    ['xfetch', 2, xfetch],
  ] as const)('with %s computes %i times', async (_name, recomputes, create) => {
    expect(new Set(await herd(create(tools()), create(tools())))).toEqual(new Set(['value']));
    expect(counts).toMatchObject({ misses: 40, recomputes });
  });
});

describe('lock', () => {
  it('helps itself when the holder does not finish in time', async () => {
    await store.lock('key', 30_000, UNWATCHED); // by somebody who died
    const polls = tools({ monotonicMs: () => (clock.monotonicMs += 40), lockTimeoutMs: 100 });
    expect(await lock(polls).read('key', recompute, UNWATCHED)).toBe('v1');
  });

  it('is released by its holder only', async () => {
    const token = await store.lock('key', 30_000, UNWATCHED);
    await store.unlock('key', 'of somebody else', UNWATCHED);
    expect(await store.lock('key', 30_000, UNWATCHED)).toBeUndefined();
    await store.unlock('key', token ?? '', UNWATCHED);
    expect(await store.lock('key', 30_000, UNWATCHED)).toBeTypeOf('string');
  });

  it('is free again after a failed recompute', async () => {
    await expect(
      lock(tools()).read('key', () => Promise.reject(new Error('no database')), UNWATCHED),
    ).rejects.toThrow();
    expect(await store.lock('key', 30_000, UNWATCHED)).toBeTypeOf('string');
  });
});

describe('stale-while-revalidate', () => {
  it('answers with the stale value at once, and computes once in all processes', async () => {
    const processes = [staleWhileRevalidate(tools()), staleWhileRevalidate(tools())];
    await processes[0]?.read('key', recompute, UNWATCHED);
    clock.wallMs += LIFETIME_MS;
    const reads = processes.flatMap((process) =>
      Array.from({ length: 10 }, () => process.read('key', recompute, UNWATCHED)),
    );
    const answers = await Promise.all(reads);
    await Promise.all(background);

    expect(answers.filter((answer) => answer === 'v1').length).toBeGreaterThan(0);
    expect(counts.recomputes).toBe(2);
    expect(counts.stale).toBe(answers.filter((answer) => answer === 'v1').length);
    expect(await processes[1]?.read('key', recompute, UNWATCHED)).toBe('v2');
  });

  it('forgets a value that is gone from the database', async () => {
    const cache = staleWhileRevalidate(tools());
    await cache.read('key', recompute, UNWATCHED);
    clock.wallMs += LIFETIME_MS;
    await cache.read('key', () => Promise.resolve(undefined), UNWATCHED);
    await Promise.all(background);
    expect(await store.get('key', UNWATCHED)).toBeUndefined();
  });

  it('keeps the stale value when the recompute fails, and hands the failure to the background', async () => {
    const cache = staleWhileRevalidate(tools());
    await cache.read('key', recompute, UNWATCHED);
    clock.wallMs += LIFETIME_MS;
    expect(await cache.read('key', () => Promise.reject(new Error('no database')), UNWATCHED)).toBe('v1');
    await expect(Promise.all(background)).rejects.toThrow('no database');
    expect(await cache.read('key', recompute, UNWATCHED)).toBe('v1');
    await Promise.all(background.slice(1));
    expect(await cache.read('key', recompute, UNWATCHED)).toBe('v2');
  });
});

describe('xfetch', () => {
  it('goes by the draw: near the expiry a low one recomputes, a high one does not', async () => {
    const cache = xfetch(tools());
    await cache.read('key', recompute, UNWATCHED); // took 100 ms
    clock.wallMs += LIFETIME_MS - 150;
    draw = 1 - Math.exp(-1); // u = 1/e: 100 ms early
    expect(await cache.read('key', recompute, UNWATCHED)).toBe('v1');
    draw = 1 - Math.exp(-2); // 200 ms early
    expect(await cache.read('key', recompute, UNWATCHED)).toBe('v2');
    expect(counts).toEqual({ hits: 1, misses: 2, stale: 0, recomputes: 2 });
  });
});
