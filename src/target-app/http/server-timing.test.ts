import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { CACHE_STRATEGIES } from '../settings.ts';
import { startInstance, type Instance } from '../testing/instance.ts';
import { prepare } from '../testing/prepare.ts';
import { startPostgres, startRedis, type Service } from '../testing/services.ts';

const GRAMMAR = /^((loop|pool|db|cache|flight|json);dur=\d+(\.\d{1,3})?, )*total;dur=\d+(\.\d{1,3})?$/;

let postgres: Service;
let redis: Service;
let environment: Record<string, string>;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, SEED_TODOS: '100', POOL_SIZE: '2' };
});
afterAll(() => Promise.all([postgres[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()]));
beforeEach(() => prepare(environment));

async function start(changes: Record<string, string> = {}): Promise<Instance> {
  const app = await startInstance({ ...environment, ...changes });
  await expect.poll(async () => (await app.request('/readyz')).status, { timeout: 10_000 }).toBe(200);
  return app;
}

/** The parts of a header in ms, checked: the grammar, and that the parts fit into the total. */
function partsIn(header: string | null): Record<string, number> {
  expect(header).toMatch(GRAMMAR);
  const entries = (header ?? '').split(', ').map((entry) => entry.split(';dur='));
  const parts = Object.fromEntries(entries.map(([name = '', ms]) => [name, Number(ms)]));
  const { total = Number.NaN, ...others } = parts;
  const sumUs = Object.values(others).reduce((sum, ms) => sum + Math.round(ms * 1000), 0);
  expect(sumUs).toBeLessThanOrEqual(Math.round(total * 1000));
  return parts;
}

const partsOf = (response: Response) => partsIn(response.headers.get('server-timing'));
const got = async (app: Instance, path: string) => partsOf(await app.request(path));

describe('Server-Timing', () => {
  it('names what happened, and nothing else', async () => {
    await using app = await start({ CACHE_STRATEGY: 'aside' });
    const missed = await got(app, '/todos/1');
    expect(Object.keys(missed)).toEqual(expect.arrayContaining(['pool', 'db', 'cache', 'total']));
    const hit = await got(app, '/todos/1');
    expect(Object.keys(hit)).toContain('cache');
    expect(hit).not.toHaveProperty('db');
    expect(hit).not.toHaveProperty('pool');
    expect(await got(app, '/todos?limit=100')).toHaveProperty('json');
  });

  it('is there on every answer of the API, and nowhere else', async () => {
    await using app = await start();
    for (const path of ['/todos/x', '/todos/101', '/nowhere', '/feed', '/users/1/todos', '/todos/search?title=a'])
      expect(await got(app, path)).toHaveProperty('total');
    expect(partsOf(await app.request('/todos/1', { method: 'DELETE' }))).toHaveProperty('db');
    expect(partsOf(await app.request('/todos/2', { method: 'HEAD' }))).toHaveProperty('db');
    expect(partsOf(await app.request('/todos/2', { method: 'PUT' }))).toHaveProperty('total');
    for (const path of ['/healthz', '/readyz', '/metrics', '/metrics/backends'])
      expect((await app.request(path)).headers.has('server-timing')).toBe(false);
  });

  it('tells the wait for a connection from the time in the database', async () => {
    await using app = await start({ POOL_SIZE: '1', QUERY_COST_MS: '200' });
    const both = await Promise.all([1, 2].map((id) => got(app, `/todos/${id}`)));
    expect(Math.min(...both.map(({ db = 0 }) => db))).toBeGreaterThan(190); // sleeping is never shorter than told
    expect(Math.max(...both.map(({ pool = 0 }) => pool))).toBeGreaterThan(
      Math.min(...both.map(({ pool = 0 }) => pool)),
    );
  });

  it('tells those who compute from those who wait for them', async () => {
    await using app = await start({ CACHE_STRATEGY: 'single-flight', QUERY_COST_MS: '300' });
    const herd = await Promise.all(Array.from({ length: 10 }, () => got(app, '/todos/1')));
    const [leaders, followers] = [
      herd.filter(({ db }) => db !== undefined),
      herd.filter(({ flight }) => flight !== undefined),
    ];
    expect([leaders.length, followers.length]).toEqual([1, 9]);
    expect(followers.every(({ pool }) => pool === undefined)).toBe(true);
  });

  it('calls the polling of a lock that somebody else holds a flight, too', async () => {
    const changes = { CACHE_STRATEGY: 'lock', QUERY_COST_MS: '300', CACHE_LOCK_TIMEOUT_MS: '20000' };
    await using one = await start(changes);
    await using other = await start(changes);
    const [first, second] = await Promise.all([got(one, '/todos/1'), got(other, '/todos/1')]);
    const [holder, waiter] = 'db' in first ? [first, second] : [second, first];
    expect(holder).not.toHaveProperty('flight');
    expect(waiter).toHaveProperty('flight');
    expect(waiter).not.toHaveProperty('db');
  });

  it('leaves out what goes on in the background', async () => {
    // Fresh for half a second, and then stale for five: longer than a busy machine lets a request wait.
    const changes = { CACHE_STRATEGY: 'stale-while-revalidate', CACHE_TTL_MS: '500', QUERY_COST_MS: '50' };
    await using app = await start(changes);
    await app.request('/todos/1');
    do {
      expect(await got(app, '/todos/1')).not.toHaveProperty('db');
      await sleep(20);
    } while (((await app.metric('cache_stale_total')) ?? 0) === 0);
  });

  it.each(CACHE_STRATEGIES)('has parts that fit into the total in a crowd, with %s', async (strategy) => {
    await using app = await start({ CACHE_STRATEGY: strategy, CACHE_TTL_MS: '5' });
    await Promise.all(Array.from({ length: 300 }, (_, i) => got(app, `/todos/${1 + (i % 5)}`)));
  });

  it('can be switched off', async () => {
    await using app = await start({ SERVER_TIMING: 'off' });
    expect((await app.request('/todos/1')).headers.has('server-timing')).toBe(false);
  });

  it('tells of the wait for the loop: of requests that are read in one turn, all but the first have waited', async () => {
    await using app = await start();
    const port = Number(new URL(app.url).port);
    const sockets = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = connect(port, '127.0.0.1').setEncoding('latin1');
        await once(socket, 'connect');
        return socket;
      }),
    );
    await app.request('/healthz'); // by then all are accepted
    const answers = sockets.map((socket) => once(socket, 'data'));
    for (const socket of sockets) socket.write('GET /todos/x HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const until = performance.now() + 100;
    while (performance.now() < until); // all requests wait in the kernel
    const parts = (await Promise.all(answers)).map(([text]) =>
      partsIn(/^server-timing: (.*)$/m.exec(String(text))?.[1]?.trim() ?? null),
    );
    const waits = parts.map(({ loop = 0 }) => loop);
    expect(Math.max(...waits)).toBeGreaterThan(Math.min(...waits));
    expect(waits.filter((ms) => ms > 0).length).toBeGreaterThanOrEqual(10);
    for (const socket of sockets) socket.destroy();
  });
});
