import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { createErrorLog } from '../log.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import { readSettings } from '../settings.ts';
import { readMetric } from '../testing/metric.ts';
import { startPostgres, type Service } from '../testing/services.ts';
import { UNWATCHED } from '../timing/stopwatch.ts';
import { createDatabase, type Database } from './database.ts';
import { createMonitor } from './monitor.ts';

const MAX_CONNECTIONS = 12;
const ONE = { name: 'one', text: 'SELECT 1 AS one' };

let postgres: Service;
beforeAll(async () => {
  postgres = await startPostgres(`max_connections=${MAX_CONNECTIONS}`, 'superuser_reserved_connections=0');
});
afterAll(() => postgres[Symbol.asyncDispose]());

function open(changes: Record<string, string> = {}): { database: Database; metrics: Metrics } {
  const metrics = createMetrics();
  const settings = readSettings({ DATABASE_URL: postgres.url, REDIS_URL: 'redis://unused', ...changes });
  const database = createDatabase(settings, metrics, createErrorLog(pino({ level: 'silent' })));
  // A test that fails leaves it open; a pool that is closed already says so.
  onTestFinished(() => database.close().catch(() => undefined));
  return { database, metrics };
}

const count = async (metrics: Metrics, name: string, labels?: Record<string, string>) =>
  readMetric(await metrics.registry.metrics(), name, labels);

/** Holds a connection until it is let go. */
async function hold(database: Database): Promise<() => Promise<void>> {
  let letGo = (): void => undefined;
  let done: Promise<void> = Promise.resolve();
  await new Promise<void>((lent, refused) => {
    done = database.lend(
      () =>
        new Promise<void>((resolve) => {
          letGo = resolve;
          lent();
        }),
      UNWATCHED,
    );
    done.catch(refused);
  });
  return async () => {
    letGo();
    await done;
  };
}

describe.each(['pool', 'per-request'])('connections: %s', (CONNECTIONS) => {
  it('answers queries, and counts each query, each wait, and who holds a connection', async () => {
    const { database, metrics } = open({ CONNECTIONS });
    expect(await Promise.all([1, 2, 3].map(() => database.query(ONE, [], UNWATCHED)))).toEqual([
      [{ one: 1 }],
      [{ one: 1 }],
      [{ one: 1 }],
    ]);
    expect(await count(metrics, 'db_queries_total')).toBe(3);
    expect(await count(metrics, 'db_query_duration_seconds_count')).toBe(3);
    expect(await count(metrics, 'db_pool_wait_seconds_count')).toBe(3);
    const letGo = await hold(database);
    expect(await count(metrics, 'db_pool_in_use')).toBe(1);
    await letGo();
    expect(await count(metrics, 'db_pool_in_use')).toBe(0);
    await database.close();
  });

  it('stays usable after an error of a query', async () => {
    const { database } = open({ CONNECTIONS, POOL_SIZE: '1' });
    await expect(database.query({ text: 'SELECT nonsense' }, [], UNWATCHED)).rejects.toThrow('nonsense');
    expect(await database.query(ONE, [], UNWATCHED)).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('survives that PostgreSQL goes away and comes back, with a connection lent meanwhile', async () => {
    const { database } = open({ CONNECTIONS });
    const letGo = await hold(database);
    await postgres.stop();
    await expect(database.query(ONE, [], UNWATCHED)).rejects.toThrow();
    await postgres.start();
    await letGo();
    await vi.waitFor(async () => expect(await database.query(ONE, [], UNWATCHED)).toEqual([{ one: 1 }]), 15_000);
    await database.close();
  });

  it('says so when PostgreSQL has no connection left', async () => {
    const { database, metrics } = open({ CONNECTIONS, POOL_SIZE: '50' });
    const held: (() => Promise<void>)[] = [];
    const takeAll = async (): Promise<void> => {
      for (;;) held.push(await hold(database));
    };
    await expect(takeAll()).rejects.toMatchObject({ reason: 'too-many-clients' });
    expect(held.length).toBeLessThanOrEqual(MAX_CONNECTIONS);
    expect(await count(metrics, 'db_pool_rejected_total', { reason: 'too-many-clients' })).toBe(1);
    await Promise.all(held.map((letGo) => letGo()));
    await database.close();
  });
});

describe('the pool', () => {
  it('turns away who finds the line full, and who waits too long', async () => {
    const { database, metrics } = open({ POOL_SIZE: '1', POOL_QUEUE_LIMIT: '1', POOL_TIMEOUT_MS: '500' });
    const letGo = await hold(database);
    const waiting = database.query(ONE, [], UNWATCHED);
    expect(await count(metrics, 'db_pool_waiting')).toBe(1);
    await expect(database.query(ONE, [], UNWATCHED)).rejects.toMatchObject({ reason: 'queue-full' });
    await expect(waiting).rejects.toMatchObject({ reason: 'timeout' });
    expect(await count(metrics, 'db_pool_rejected_total', { reason: 'queue-full' })).toBe(1);
    expect(await count(metrics, 'db_pool_rejected_total', { reason: 'timeout' })).toBe(1);
    await letGo();
    expect(await database.query(ONE, [], UNWATCHED)).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('tells how many wanted it at once, and begins anew when that was told', async () => {
    const { database, metrics } = open({ POOL_SIZE: '2' });
    await Promise.all(Array.from({ length: 5 }, () => database.query(ONE, [], UNWATCHED)));
    expect(await count(metrics, 'db_queries_most')).toBe(5);
    expect(await count(metrics, 'db_queries_most')).toBe(0);
    await database.close();
  });

  it('opens no more connections than its size, and uses them again', async () => {
    const { database } = open({ POOL_SIZE: '2' });
    const pid = { text: 'SELECT pg_backend_pid() AS pid' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => database.query(pid, [], UNWATCHED)));
    expect(new Set(answers.map((rows) => JSON.stringify(rows))).size).toBeLessThanOrEqual(2);
    await database.close();
  });
});

describe('behind a pooler', () => {
  it.each(['pool', 'per-request'])('requests are sent there, over connections of the kind: %s', async (CONNECTIONS) => {
    const nobody = 'postgres://nobody@127.0.0.1:1/none';
    const { database } = open({ CONNECTIONS, DATABASE_URL: nobody, POOLER_URL: postgres.url });
    expect(await database.query(ONE, [], UNWATCHED)).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('no statement has a name: the next transaction may be on another connection', async () => {
    const named = async (changes: Record<string, string>): Promise<unknown> => {
      const { database } = open({ POOL_SIZE: '1', ...changes });
      await database.query(ONE, [], UNWATCHED);
      const names = await database.query({ text: 'SELECT name FROM pg_prepared_statements' }, [], UNWATCHED);
      await database.close();
      return names;
    };
    expect(await named({})).toEqual([{ name: 'one' }]);
    expect(await named({ POOLER_URL: postgres.url })).toEqual([]);
  });
});

describe('a borrower that forgets its connection', () => {
  const pid = { text: 'SELECT pg_backend_pid() AS pid' };

  it('is one in so many, until the pool has none left; closing does not wait for them', async () => {
    const { database, metrics } = open({ POOL_SIZE: '2', POOL_LEAK_EVERY: '3', POOL_TIMEOUT_MS: '2000' });
    for (let i = 0; i < 2 * 3; i++) await database.query(ONE, [], UNWATCHED);
    await expect(database.query(ONE, [], UNWATCHED)).rejects.toMatchObject({ reason: 'timeout' });
    expect(await count(metrics, 'db_pool_in_use')).toBe(2);
    expect(await count(metrics, 'db_pool_reclaimed_total')).toBe(0);
    await database.close();
    expect(await count(metrics, 'db_pool_in_use')).toBe(0);
  });

  it('has it taken back after the limit, and the next one gets a new connection', async () => {
    const { database, metrics } = open({ POOL_SIZE: '1', POOL_LEAK_EVERY: '1', POOL_RECLAIM_AFTER_MS: '2000' });
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(...(await database.query(pid, [], UNWATCHED)));
    expect(new Set(answers.map((row) => JSON.stringify(row))).size).toBe(3);
    expect(await count(metrics, 'db_pool_reclaimed_total')).toBeGreaterThanOrEqual(2);
    await database.close();
  });

  it('cannot be told from one that still needs it: the limit ends a long query as well', async () => {
    const { database } = open({ POOL_SIZE: '1', POOL_RECLAIM_AFTER_MS: '2000' });
    await expect(database.query({ text: 'SELECT pg_sleep(30)' }, [], UNWATCHED)).rejects.toThrow('terminated');
    expect(await database.query(ONE, [], UNWATCHED)).toEqual([{ one: 1 }]);
    await database.close();
  });
});

it('the monitor opens a new connection after a failure', async () => {
  const monitor = createMonitor(postgres.url, 10_000);
  expect(await monitor.query(ONE)).toEqual([{ one: 1 }]);
  await postgres.stop();
  await expect(monitor.query(ONE)).rejects.toThrow();
  await postgres.start();
  await vi.waitFor(async () => expect(await monitor.query(ONE)).toEqual([{ one: 1 }]), 15_000);
  await monitor.close();
});
