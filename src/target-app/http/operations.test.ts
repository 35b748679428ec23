import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { startInstance, type Instance } from '../testing/instance.ts';
import { prepare } from '../testing/prepare.ts';
import { startPostgres, startRedis, type Service } from '../testing/services.ts';

let postgres: Service;
let redis: Service;
let environment: Record<string, string>;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, SEED_TODOS: '100' };
  await prepare(environment);
});
afterAll(() => Promise.all([postgres[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()]));

const readyz = async (app: Instance) => {
  const response = await app.request('/readyz');
  return [response.status, await response.json()] as const;
};
const becomes = (app: Instance, status: number, body: object) =>
  vi.waitFor(async () => expect(await readyz(app)).toEqual([status, expect.objectContaining(body)]), {
    timeout: 15_000,
  });

describe('readiness', () => {
  it('comes and goes with the database and the cache, while the app stays alive and its reads go on', async () => {
    await using app = await startInstance({ ...environment, CACHE_STRATEGY: 'lock' });
    await becomes(app, 200, { status: 'ready', database: 'ok', cache: 'ok' });

    await redis.stop();
    await becomes(app, 503, { status: 'not ready', database: 'ok' });
    expect(await app.backendMetric('redis_clients')).toBeUndefined(); // absent, not 0
    expect(await app.backendMetric('db_connections')).toBeGreaterThan(0);
    expect((await app.request('/todos/1')).status).toBe(200);
    expect(
      (
        await app.request('/todos/1', {
          method: 'PATCH',
          body: '{"completed":true}',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(200);
    await redis.start();
    await becomes(app, 200, { status: 'ready' });

    await postgres.stop();
    await becomes(app, 503, { status: 'not ready', cache: 'ok' });
    const failed = await app.request('/todos/2');
    expect([failed.status, await failed.json()]).toEqual([500, { error: 'internal error' }]);
    expect((await app.request('/healthz')).status).toBe(200);
    expect(await app.backendMetric('db_connections')).toBeUndefined();
    expect(await app.backendMetric('redis_clients')).toBeGreaterThan(0);
    await postgres.start();
    await becomes(app, 200, { status: 'ready' });
    await vi.waitFor(async () => expect((await app.request('/todos/2')).status).toBe(200), 15_000);
  });

  it('is reached by an app that started before its database and its cache', async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    await using app = await startInstance(environment);
    await becomes(app, 503, { status: 'not ready' });
    expect((await app.request('/healthz')).status).toBe(200);
    await Promise.all([postgres.start(), redis.start()]);
    await becomes(app, 200, { status: 'ready' });
  });
});

describe('without a cache', () => {
  it('neither readiness nor metrics ask for Redis, and reads and writes go on', async () => {
    await using app = await startInstance({ DATABASE_URL: postgres.url });
    await becomes(app, 200, { status: 'ready', database: 'ok', cache: 'none' });
    expect((await app.request('/todos/1')).status).toBe(200);
    const headers = { 'content-type': 'application/json' };
    const changed = await app.request('/todos/1', { method: 'PATCH', body: '{"completed":true}', headers });
    expect(changed.status).toBe(200);
    expect(await app.metric('cache_errors_total')).toBe(0);
    expect(await app.backendMetric('db_connections')).toBeGreaterThan(0);
    expect(await (await app.request('/metrics/backends')).text()).not.toContain('redis_');
  });
});

describe('metrics', () => {
  it.each([
    'db_pool_size',
    'process_resident_memory_bytes',
    'nodejs_heap_size_used_bytes',
    'process_cpu_seconds_total',
    'nodejs_gc_seconds_total',
    'nodejs_gc_pauses_total',
    'event_loop_active_seconds_total',
    'event_loop_idle_seconds_total',
    'event_loop_lag_seconds',
    'app_worker_restarts_total',
    'cache_hits_total',
    'cache_stale_total',
    'cache_recompute_duration_seconds_count',
  ])('hold %s', async (name) => {
    await using app = await startInstance(environment);
    expect(await app.metric(name)).toBeGreaterThanOrEqual(0);
  });
});

describe('overload', () => {
  it('is answered with 503 and Retry-After, when the line is full and when the wait is too long', async () => {
    const limits = { POOL_SIZE: '1', POOL_QUEUE_LIMIT: '1', POOL_TIMEOUT_MS: '3000' };
    await using app = await startInstance({ ...environment, ...limits });
    const holder = new Client({ connectionString: postgres.url });
    await using _ = { [Symbol.asyncDispose]: () => holder.end() };
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE todos');
    // Whoever has the connection keeps it until the others were turned away.
    const asked = [1, 2, 3, 4].map((id) => app.request(`/todos/${id}`));
    await expect.poll(() => app.metric('db_pool_rejected_total')).toBe(3);
    await holder.query('ROLLBACK');
    const responses = await Promise.all(asked);
    expect(responses.map((response) => response.status).sort()).toEqual([200, 503, 503, 503]);
    const refused = responses.filter((response) => response.status === 503);
    expect(refused.map((response) => response.headers.get('retry-after'))).toEqual(['1', '1', '1']);
    expect(await app.metric('db_pool_rejected_total', { reason: 'queue-full' })).toBe(2);
    expect(await app.metric('db_pool_rejected_total', { reason: 'timeout' })).toBe(1);
  });

  it('is answered with 503 when PostgreSQL takes no more connections', async () => {
    await using few = await startPostgres('max_connections=8', 'superuser_reserved_connections=0');
    const own = { ...environment, DATABASE_URL: few.url };
    await prepare(own);
    await using app = await startInstance({ ...own, CONNECTIONS: 'per-request', QUERY_COST_MS: '1000' });
    const responses = await Promise.all(Array.from({ length: 30 }, () => app.request('/todos/1')));
    const statuses = new Set(responses.map((response) => response.status));
    expect([...statuses].sort()).toEqual([200, 503]);
    expect(await app.metric('db_pool_rejected_total', { reason: 'too-many-clients' })).toBeGreaterThan(0);
  });
});
