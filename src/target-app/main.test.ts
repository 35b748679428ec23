import { once } from 'node:events';
import { Agent, get, request, type IncomingMessage } from 'node:http';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { readMetric } from './testing/metric.ts';
import { prepare } from './testing/prepare.ts';
import { bundle, start, type Bundle, type Program } from './testing/program.ts';
import { startPostgres, startRedis, type Service } from './testing/services.ts';

let postgres: Service;
let redis: Service;
let program: Bundle;
let environment: Record<string, string>;
const running: Program[] = [];

beforeAll(async () => {
  [postgres, redis, program] = await Promise.all([startPostgres(), startRedis(), bundle()]);
  environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, PORT: '0', SEED_TODOS: '50' };
  await prepare(environment);
});
afterAll(async () => {
  for (const { process } of running) process.kill('SIGKILL');
  await Promise.all([postgres[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()]);
  program[Symbol.dispose]();
});

function run(args: string[], changes: Record<string, string> = {}): Program {
  const started = start(program.file, args, { ...environment, ...changes });
  running.push(started);
  return started;
}

async function serve(changes: Record<string, string> = {}): Promise<Program & { url: string }> {
  const started = run([], changes);
  const { port } = await started.line('"msg":"listening"');
  return { ...started, url: `http://127.0.0.1:${port ?? Number.NaN}` };
}

const metric = async (url: string, name: string, labels?: Record<string, string>) =>
  readMetric(await (await fetch(`${url}/metrics`)).text(), name, labels);

/** Longer than a busy machine takes to see that it is under way, and to tell the program to stop. */
const slowQuery = { QUERY_COST_MS: '5000', GRACE_MS: '60000' };

/** Sends a request and resolves when it holds a connection to the database. */
async function underWay(url: string): Promise<{ answer: Promise<Response> }> {
  const answer = fetch(`${url}/todos/1`);
  answer.catch(() => undefined);
  await vi.waitFor(async () => expect(await metric(url, 'db_pool_in_use')).toBe(1), 10_000);
  return { answer };
}

describe('the steps', () => {
  it('run in the order given, in one process', async () => {
    const { code, output } = await run(['migrate', 'seed', 'flush'], { SEED_USERS: '3', SEED_TODOS: '9' }).ended;
    expect({ code, output }).toEqual({
      code: 0,
      output: 'migrated, without an index for title search\nseeded: 3 users, 9 todos\nflushed the cache',
    });
    const again = await run(['flush', 'seed'], { SEED_USERS: '3', SEED_TODOS: '9' }).ended;
    expect(again.output).toBe('flushed the cache\nuntouched: 3 users, 9 todos');
    const forced = await run(['seed'], { SEED_USERS: '3', SEED_TODOS: '9', SEED_ALWAYS: 'true' }).ended;
    expect(forced.output).toBe('seeded: 3 users, 9 todos');
    await prepare(environment);
  });

  it('flush nothing where there is no cache', async () => {
    const { DATABASE_URL = '' } = environment;
    const { ended } = start(program.file, ['migrate', 'flush'], { DATABASE_URL });
    expect((await ended).output).toBe('migrated, without an index for title search\nno cache to flush');
  });

  it('are named when one is not known', async () => {
    expect(await run(['migrate', 'destroy']).ended).toEqual({
      code: 2,
      output: '',
      errors:
        'unknown step "destroy"; steps: migrate, seed, flush, in any order; serve, alone or last; or notifier or projector, alone; or base-backup and a folder\n',
    });
  });

  it('fail with one line when the database is not there', async () => {
    const { code, errors } = await run(['migrate'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' }).ended;
    expect({ code, errors }).toEqual({ code: 1, errors: 'target-app: connect ECONNREFUSED 127.0.0.1:1\n' });
  });

  it('do not run with settings that are wrong, all of which are named', async () => {
    const { code, errors } = await run([], { PORT: 'high', WORKERS: '0' }).ended;
    expect(code).toBe(2);
    expect(
      errors
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['PORT', 'WORKERS']);
  });
});

describe('serving', () => {
  it('answers what is in flight after SIGTERM, closes connections, and exits with 0', async () => {
    const app = await serve(slowQuery);
    const { answer } = await underWay(app.url);
    app.process.kill('SIGTERM');
    const response = await answer;
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    const { code, output } = await app.ended;
    expect(code).toBe(0);
    expect(output).toContain('"msg":"shutting down"');
    await expect(fetch(`${app.url}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('exits with 0 at once when nothing is in flight, idle connections or not', async () => {
    const app = await serve();
    await fetch(`${app.url}/todos/1`); // leaves a connection that is kept alive
    app.process.kill('SIGINT');
    expect((await app.ended).code).toBe(0);
  });

  it('lingers until kept connections were let go of: none is closed under a request', async () => {
    const app = await serve({ LINGER_MS: '60000', GRACE_MS: '120000' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async (): Promise<string | undefined> =>
      new Promise((resolve, reject) => {
        get(`${app.url}/todos/1`, { agent }, (response) => {
          response.resume();
          response.on('end', () => resolve(response.headers.connection));
        }).on('error', reject);
      });
    expect(await ask()).toBe('keep-alive');
    app.process.kill('SIGTERM');
    await app.line('shutting down');
    // On the connection that was idle when it was told to stop.
    expect(await ask()).toBe('close');
    // Now that the last one is gone it does not wait for the rest of its time.
    expect((await app.ended).code).toBe(0);
    agent.destroy();
  });

  it('exits with 1 and says so when the grace is over', async () => {
    const app = await serve({ QUERY_COST_MS: '60000', GRACE_MS: '200' });
    const { answer } = await underWay(app.url);
    app.process.kill('SIGTERM');
    const { code, output } = await app.ended;
    expect(code).toBe(1);
    expect(output).toContain('not done within the 200 ms of grace');
    await expect(answer).rejects.toThrow();
  });

  it('fails with one line when the port is taken', async () => {
    const app = await serve();
    const { code, errors } = await run([], { PORT: new URL(app.url).port }).ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/^target-app: listen EADDRINUSE[^\n]*\n$/);
    app.process.kill('SIGTERM');
    expect((await app.ended).code).toBe(0);
  });

  it('logs an error that comes in a storm once, then a count', async () => {
    const app = await serve({ DATABASE_URL: 'postgres://127.0.0.1:1/none' });
    const responses = await Promise.all(Array.from({ length: 50 }, () => fetch(`${app.url}/todos/1`)));
    expect(new Set(responses.map((response) => response.status))).toEqual(new Set([500]));
    app.process.kill('SIGTERM');
    const { output } = await app.ended;
    const about = output.split('\n').filter((line) => line.includes('"msg":"GET /todos/:id"'));
    expect(about.length).toBeLessThan(50);
    const counted = about.map((line) => Number(/"count":(\d+)/.exec(line)?.[1] ?? 1));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(50);
  });
});

describe('the notifier', () => {
  const notifier = (changes: Record<string, string> = {}): Program => {
    const started = start(program.file, ['notifier'], { PORT: '0', ...changes }); // neither database nor cache
    running.push(started);
    return started;
  };

  it('takes notifications, answers what is in flight after SIGTERM, and exits with 0', async () => {
    const running = notifier();
    const { port = Number.NaN } = await running.line('"msg":"listening"');
    const body = JSON.stringify({ id: 'todo-1-1', todoId: 1, userId: 1, text: 'Created: a' });
    const late = request({
      port,
      path: '/notifications',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' },
    });
    const answered = once(late, 'response');
    late.flushHeaders();
    await once(late, 'continue'); // it is under way
    running.process.kill('SIGTERM');
    await running.line('shutting down');
    late.end(body);
    const [response] = (await answered) as [IncomingMessage];
    expect([response.statusCode, response.headers.connection]).toEqual([201, 'close']);
    response.resume();
    expect((await running.ended).code).toBe(0);
  });

  it('does not run with settings that are wrong', async () => {
    const { code, errors } = await notifier({ PORT: 'high' }).ended;
    expect(code).toBe(2);
    expect(errors).toMatch(/^PORT: got "high"; accepted: [^\n]*\n$/);
  });
});

describe('several workers', () => {
  it('answer behind one port, and tell their metrics together', async () => {
    const app = await serve({ WORKERS: '2', POOL_SIZE: '3' });
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => (await fetch(`${app.url}/todos/${i + 1}`)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await metric(app.url, 'http_requests_total')).toBe(20);
    expect(await metric(app.url, 'http_request_duration_seconds_count')).toBe(20);
    expect(await metric(app.url, 'db_pool_size')).toBe(6);
    expect(await metric(app.url, 'nodejs_gc_pauses_total')).toBeGreaterThanOrEqual(0);
    expect(readMetric(await (await fetch(`${app.url}/metrics/backends`)).text(), 'db_max_connections')).toBe(100);
    expect(await metric(app.url, 'app_worker_restarts_total')).toBe(0);
    app.process.kill('SIGTERM');
    const { code, output } = await app.ended;
    expect(code).toBe(0);
    expect(output.match(/"msg":"listening"/g)).toHaveLength(1);
  });

  it('are replaced when they die, on the same port', async () => {
    const app = await serve({ WORKERS: '2', LOG_LEVEL: 'debug' });
    const { worker } = await app.line('started a worker');
    process.kill(worker ?? Number.NaN, 'SIGKILL');
    await app.line('starting another');
    await app.line('started a worker', 3);
    await vi.waitFor(async () => expect(await metric(app.url, 'app_worker_restarts_total')).toBe(1), 10_000);
    expect((await fetch(`${app.url}/todos/1`)).status).toBe(200);
    await vi.waitFor(async () => expect(await metric(app.url, 'db_pool_size')).toBe(20), 10_000); // both tell theirs
    app.process.kill('SIGTERM');
    expect((await app.ended).code).toBe(0);
  });

  it('answer what is in flight after SIGTERM to the first process', async () => {
    const app = await serve({ WORKERS: '2', ...slowQuery });
    const { answer } = await underWay(app.url);
    app.process.kill('SIGTERM');
    expect((await answer).status).toBe(200);
    expect((await app.ended).code).toBe(0);
  });

  it('are not waited for longer than the grace', async () => {
    const app = await serve({ WORKERS: '2', QUERY_COST_MS: '60000', GRACE_MS: '200' });
    await underWay(app.url);
    app.process.kill('SIGTERM');
    expect((await app.ended).code).toBe(1);
  });

  it('end the program when they cannot start', async () => {
    const app = await serve();
    const { code, errors } = await run([], { PORT: new URL(app.url).port, WORKERS: '2' }).ended;
    expect(code).toBe(1);
    expect(errors).toContain('EADDRINUSE');
    app.process.kill('SIGTERM');
    await app.ended;
  });
});
