import { Client } from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { startInstance, type Instance } from '../testing/instance.ts';
import { prepare } from '../testing/prepare.ts';
import { startPostgres, startRedis, type Service } from '../testing/services.ts';

let postgres: Service;
let redis: Service;
let environment: Record<string, string>;
let app: Instance;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres('shared_preload_libraries=pg_stat_statements'), startRedis()]);
  environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, SEED_TODOS: '100', CACHE_STRATEGY: 'aside' };
  await prepare(environment);
  app = await startInstance(environment);
  await vi.waitFor(async () => expect((await app.request('/readyz')).status).toBe(200), 15_000);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await Promise.all([postgres[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()]);
});

const becomes = (metric: string, atLeast: number, labels?: Record<string, string>) =>
  vi.waitFor(async () => expect(await app.backendMetric(metric, labels)).toBeGreaterThanOrEqual(atLeast), 15_000);

async function connect(): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

it('tells what PostgreSQL did, without counting the question as a query of the app', async () => {
  const before = (await app.metric('db_queries_total')) ?? 0;
  const committed = (await app.backendMetric('db_transactions_total', { outcome: 'committed' })) ?? Number.NaN;
  await app.request('/todos?limit=50');
  await becomes('db_rows_read_total', 50);
  await becomes('db_transactions_total', committed + 1, { outcome: 'committed' });
  for (const metric of ['db_blocks_hit_total', 'db_connections', 'db_max_connections'])
    expect(await app.backendMetric(metric)).toBeGreaterThan(0);
  for (const metric of ['db_blocks_read_total', 'db_temp_files_total', 'db_temp_bytes_total', 'db_deadlocks_total'])
    expect(await app.backendMetric(metric)).toBeGreaterThanOrEqual(0);
  expect(await app.backendMetric('db_transactions_total', { outcome: 'rolled_back' })).toBeGreaterThanOrEqual(0);
  expect(await app.metric('db_queries_total')).toBe(before + 1);
  expect(await app.metric('db_rows_read_total')).toBeUndefined(); // of the database, not of a replica
});

it('tells who waits for a lock, and who runs a query', async () => {
  await using holder = await connect();
  await using waiter = await connect();
  expect(await app.backendMetric('db_locks_waiting')).toBe(0);
  await holder.query('SELECT pg_advisory_lock(1)');
  const waiting = waiter.query('SELECT pg_advisory_lock(1)');
  await becomes('db_locks_waiting', 1);
  expect(await app.backendMetric('db_connections_active')).toBe(1);
  await holder.query('SELECT pg_advisory_unlock(1)');
  await waiting;
  expect(await app.backendMetric('db_locks_waiting')).toBe(0);
});

it('tells how many connections serve requests: its own is none of them', async () => {
  const before = (await app.backendMetric('db_connections_serving')) ?? Number.NaN;
  {
    await using _client = await connect();
    expect(await app.backendMetric('db_connections_serving')).toBe(before + 1);
  }
  await becomes('db_connections_serving', before);
});

it('tells the statements that took the most time, on one line, escaped, and none of its own', async () => {
  await using client = await connect();
  for (let i = 0; i < 3; i++) await client.query(`SELECT pg_sleep(0.1),\n  $1 AS "a""b\\c", '${'x'.repeat(300)}'`, [i]);
  const text = await (await app.request('/metrics/backends')).text();
  expect(text).toContain(
    'db_statement_calls_total{statement="SELECT pg_sleep($2), $1 AS \\"a\\"\\"b\\\\c\\", $3"} 3\n',
  );
  const seconds = await app.backendMetric('db_statement_seconds_total', {
    statement: 'SELECT pg_sleep($2), $1 AS \\"a\\"\\"b\\\\c\\", $3',
  });
  expect(seconds).toBeGreaterThanOrEqual(0.29);
  const statements = Array.from(
    text.matchAll(/^db_statement_calls_total\{statement="(.*)"\}/gm),
    ([, found = '']) => found,
  );
  expect(statements).toHaveLength(10);
  expect(statements.every((statement) => statement.length <= 220 && !statement.includes('monitor'))).toBe(true);
});

it('tells what Redis did', async () => {
  const [hits = 0, misses = 0] = [
    await app.backendMetric('redis_hits_total'),
    await app.backendMetric('redis_misses_total'),
  ];
  for (let i = 0; i < 3; i++) await app.request('/todos/1');
  expect(await app.backendMetric('redis_hits_total')).toBe(hits + 2);
  expect(await app.backendMetric('redis_misses_total')).toBe(misses + 1);
  expect(await app.backendMetric('redis_evictions_total')).toBe(0);
  for (const metric of ['redis_commands_total', 'redis_memory_bytes', 'redis_clients'])
    expect(await app.backendMetric(metric)).toBeGreaterThan(0);
});

it('is without statements where PostgreSQL does not count them', async () => {
  await using plain = await startPostgres();
  await prepare({ ...environment, DATABASE_URL: plain.url });
  await using other = await startInstance({ ...environment, DATABASE_URL: plain.url });
  await vi.waitFor(async () => expect(await other.backendMetric('db_connections')).toBeGreaterThan(0), 15_000);
  expect(await other.backendMetric('db_statement_calls_total')).toBeUndefined();
});

it('is set up by whoever may migrate, and left out where that does not include creating the view', async () => {
  await using admin = await connect();
  await admin.query('CREATE ROLE guest LOGIN');
  await admin.query('CREATE DATABASE todos OWNER guest');
  const address = new URL(postgres.url);
  address.username = 'guest';
  address.pathname = 'todos';
  const own = { ...environment, DATABASE_URL: address.href };
  await prepare(own);
  await using other = await startInstance(own);
  await vi.waitFor(async () => expect(await other.backendMetric('db_connections')).toBeGreaterThan(0), 15_000);
  expect(await other.backendMetric('db_statement_calls_total')).toBeUndefined();
});
