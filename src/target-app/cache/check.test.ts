import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { startRedis, type Service } from '../testing/services.ts';
import { UNWATCHED } from '../timing/stopwatch.ts';
import { createCheck, type Check } from './check.ts';
import { flush } from './flush.ts';
import { createStore, type Store } from './store.ts';

let redis: Service;
let store: Store;
let counts: { checked: number; stale: number };

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
  counts = { checked: 0, stale: 0 };
});

/** The check of one replica. */
function replica(share = 1, draw = 0): Check {
  const tally = { checked: () => (counts.checked += 1), stale: () => (counts.stale += 1) };
  return createCheck(store, share, () => draw, tally);
}

const todo = (version: number): string => `{"id":7,"title":"\\"version\\":99}","version":${version}}`;
const answering = (text: string | undefined) => () => Promise.resolve(text);

describe('the check of answers', () => {
  it('counts one as stale that is older than what a writer was told, by whichever replica', async () => {
    await replica().written('key', todo(3), UNWATCHED);
    for (const version of [2, 3, 4]) await replica().read('key', answering(todo(version)), UNWATCHED);
    expect(counts).toEqual({ checked: 3, stale: 1 });
  });

  it('does not hold a write against an answer that was asked for before', async () => {
    const check = replica();
    const overtaken = async (): Promise<string> => {
      await check.written('key', todo(2), UNWATCHED);
      return todo(1);
    };
    expect(await check.read('key', overtaken, UNWATCHED)).toBe(todo(1));
    expect(counts).toEqual({ checked: 1, stale: 0 });
  });

  it('remembers the highest version, in whatever order they are noted', async () => {
    for (const version of [9, 10, 4]) await replica().written('key', todo(version), UNWATCHED);
    await replica().read('key', answering(todo(9)), UNWATCHED);
    expect(counts.stale).toBe(1);
  });

  it('knows nothing against what was never written, and leaves out what is not there', async () => {
    await replica().read('another', answering(todo(1)), UNWATCHED);
    await replica().read('key', answering(undefined), UNWATCHED);
    await replica().written('key', undefined, UNWATCHED);
    expect(counts).toEqual({ checked: 1, stale: 0 });
  });

  it('is made of some of the answers, by lot', async () => {
    for (const draw of [0, 0.09, 0.1, 0.9]) await replica(0.1, draw).read('key', answering(todo(1)), UNWATCHED);
    expect(counts.checked).toBe(2);
  });
});
