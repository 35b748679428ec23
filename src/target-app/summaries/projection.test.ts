import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { flush } from '../cache/flush.ts';
import { createErrorLog } from '../log.ts';
import { startRedis, type Service } from '../testing/services.ts';
import { UNWATCHED } from '../timing/stopwatch.ts';
import { openProjection, type Projection } from './projection.ts';

let redis: Service;
let projection: Projection;
beforeAll(async () => {
  redis = await startRedis();
  projection = openProjection(redis.url, createErrorLog(pino({ level: 'silent' })));
  await vi.waitFor(() => projection.position(), 15_000);
});
afterAll(async () => {
  await projection.close();
  await redis[Symbol.asyncDispose]();
});
beforeEach(() => flush(redis.url));

const created = (userId: number, ...todoIds: readonly number[]) => todoIds.map((todoId) => ({ todoId, userId }));

describe('the projection', () => {
  it('knows nobody at first, then how many todos there are and the newest', async () => {
    expect([await projection.position(), await projection.of(3, UNWATCHED)]).toEqual(['start', undefined]);
    expect(await projection.apply('start', [...created(3, 1, 2, 10, 4, 5, 6), ...created(4, 7)], 7n)).toBe(7n);
    expect(await projection.of(3, UNWATCHED)).toEqual({ userId: 3, todos: 6, newest: [10, 6, 5, 4, 2] });
    expect(await projection.countsOf([3, 4, 5])).toEqual([6, 1, 0]);
  });

  it('takes nothing from who thinks that it is somewhere else, and says where it is', async () => {
    await projection.apply('start', created(3, 1), 1n);
    expect(await projection.apply('start', created(3, 1, 2), 2n)).toBe(1n);
    expect(await projection.apply(5n, created(3, 9), 6n)).toBe(1n);
    expect(await projection.countsOf([3])).toEqual([1]);
    expect(await projection.apply(1n, created(3, 2), 2n)).toBe(2n);
    expect([await projection.countsOf([3]), await projection.repeated()]).toEqual([[2], 0]);
  });

  it('counts an event once that was sent twice', async () => {
    await projection.apply('start', created(3, 1, 2, 1), 3n);
    await projection.apply(3n, created(3, 2), 4n);
    expect([await projection.countsOf([3]), await projection.repeated()]).toEqual([[2], 2]);
  });
});
