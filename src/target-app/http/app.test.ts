import { request as httpRequest } from 'node:http';

import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

import { APP_SETTINGS } from '../settings-table.ts';
import { FEED_STRATEGIES } from '../settings.ts';
import { startInstance, type Instance } from '../testing/instance.ts';
import { prepare } from '../testing/prepare.ts';
import { startPostgres, startRedis, type Service } from '../testing/services.ts';

const TodoAnswer = z.strictObject({
  id: z.int(),
  title: z.string(),
  description: z.string(),
  completed: z.boolean(),
  userId: z.int(),
  createdAt: z.iso.datetime(),
  version: z.int(),
});
const Todos = z.array(TodoAnswer);
const Feed = z.array(z.extend(TodoAnswer, { user: z.strictObject({ id: z.int(), name: z.string() }) }));
const BadRequest = z.strictObject({
  error: z.string(),
  issues: z.array(z.strictObject({ path: z.string(), message: z.string() })),
});

let postgres: Service;
let redis: Service;
let environment: Record<string, string>;
let app: Instance;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  environment = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    SEED_USERS: '10',
    SEED_TODOS: '300',
    MAX_BODY_BYTES: '2000',
    CACHE_STRATEGY: 'aside',
  };
  await prepare(environment);
  app = await startInstance(environment);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await Promise.all([postgres[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()]);
});
beforeEach(() => prepare(environment));

async function connect(): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

const send = (method: string, path: string, body: unknown, type = 'application/json'): Promise<Response> =>
  app.request(path, {
    method,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': type },
  });

describe('POST /todos', () => {
  it('creates a todo', async () => {
    const response = await send('POST', '/todos', { title: 'Water the cactus', userId: 3 });
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/todos/301');
    const todo = TodoAnswer.parse(await response.json());
    expect(todo).toMatchObject({ id: 301, title: 'Water the cactus', description: '', completed: false, userId: 3 });
    expect(await (await app.request('/todos/301')).json()).toEqual(todo);
  });

  it.each([
    ['no JSON', '{"title":', ''],
    ['nothing', '', ''],
    ['no object', '[]', ''],
    ['no title', { userId: 1 }, 'title'],
    ['an empty title', { title: '', userId: 1 }, 'title'],
    ['a NUL in the title', { title: 'a\0b', userId: 1 }, 'title'],
    ['a NUL in the description', { title: 'a', description: '\0', userId: 1 }, 'description'],
    ['a title that is too long', { title: 'x'.repeat(201), userId: 1 }, 'title'],
    ['a user id that no column can hold', { title: 'a', userId: 2 ** 31 }, 'userId'],
    ['a fraction of a user', { title: 'a', userId: 1.5 }, 'userId'],
    ['a key that is not known', { title: 'a', userId: 1, admin: true }, ''],
  ])('answers 400 to %s', async (_what, body, path) => {
    const response = await send('POST', '/todos', body);
    expect(response.status).toBe(400);
    const { issues } = BadRequest.parse(await response.json());
    expect(issues.map((issue) => issue.path)).toEqual([path]);
  });

  it('names every issue', async () => {
    const { issues } = BadRequest.parse(await (await send('POST', '/todos', { title: 1 })).json());
    expect(issues).toEqual([
      { path: 'title', message: 'Invalid input: expected string, received number' },
      { path: 'userId', message: 'Invalid input: expected number, received undefined' },
    ]);
  });

  it('answers 422 when there is no such user', async () => {
    const response = await send('POST', '/todos', { title: 'a', userId: 11 });
    expect(response.status).toBe(422);
    expect(BadRequest.parse(await response.json()).issues).toEqual([{ path: 'userId', message: 'no such user' }]);
  });

  it('answers 413 to a body over the limit, with its length announced or not', async () => {
    const body = JSON.stringify({ title: 'a', description: 'x'.repeat(3000), userId: 1 });
    expect((await send('POST', '/todos', body)).status).toBe(413);
    expect(await sendChunked('/todos', body)).toBe(413);
    expect((await send('PATCH', '/todos/1', body)).status).toBe(413);
    expect(await sendChunked('/todos', JSON.stringify({ title: 'a', userId: 1 }))).toBe(201);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'text/plain; a=application/json',
    '',
  ])('answers 415 to a body of type %j, and leaves the connection as it was', async (type) => {
    const response = await send('POST', '/todos', { title: 'a', userId: 1 }, type);
    expect([response.status, response.headers.get('connection')]).toEqual([415, 'keep-alive']);
    expect((await send('PATCH', '/todos/1', { completed: true }, type)).status).toBe(415);
  });

  it.each(['application/json', 'Application/JSON; charset=utf-8', 'application/vnd.todo+json'])(
    'takes a body of type %s',
    async (type) => expect((await send('POST', '/todos', { title: 'a', userId: 1 }, type)).status).toBe(201),
  );

  /** Without a content-length and a type; gives the status. */
  function sendChunked(path: string, body: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(app.url + path, { method: 'POST', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      for (let start = 0; start < body.length; start += 500) request.write(body.slice(start, start + 500));
      request.end();
    });
  }
});

describe('GET /todos', () => {
  it('lists from the first on, 20 unless told otherwise', async () => {
    const ids = async (query: string) =>
      Todos.parse(await (await app.request(`/todos${query}`)).json()).map((todo) => todo.id);
    expect(await ids('')).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(await ids('?skip=298&limit=100')).toEqual([299, 300]);
    expect(await ids('?skip=2147483647')).toEqual([]);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'limit=', 'skip=-1', 'skip=1.5', 'skip=99999999999999999999'])(
    'answers 400 to %s',
    async (query) => expect((await app.request(`/todos?${query}`)).status).toBe(400),
  );
});

describe('pages of GET /todos', () => {
  const nextOf = (response: Response) => /^<(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
  const idsOf = async (response: Response) => Todos.parse(await response.json()).map((todo) => todo.id);

  it.each(APP_SETTINGS.pages.choices)('by %s lead from the first todo to the last', async (kind) => {
    await using other = await startInstance({ ...environment, PAGES: kind });
    const ids: number[] = [];
    for (let page: string | undefined = '/todos?after=0&limit=70'; page !== undefined;) {
      const response = await other.request(page);
      ids.push(...(await idsOf(response)));
      page = nextOf(response);
    }
    expect(ids).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });

  it.each([
    ['offset', 12],
    ['keyset', 11],
  ])('by %s: behind a todo that went meanwhile, the next page begins with %i', async (kind, first) => {
    await using other = await startInstance({ ...environment, PAGES: kind });
    const next = nextOf(await other.request('/todos?after=0&limit=10')) ?? expect.fail('no next page');
    await other.request('/todos/3', { method: 'DELETE' });
    expect((await idsOf(await other.request(next)))[0]).toBe(first);
  });

  it('are 400 where the cursor is none', async () => {
    expect((await app.request('/todos?after=x')).status).toBe(400);
  });
});

describe('GET /todos/:id', () => {
  it('answers the same from the database and from the cache', async () => {
    const [first, second] = [await app.request('/todos/7'), await app.request('/todos/7')];
    expect(first.headers.get('content-type')).toBe('application/json');
    expect(second.headers.get('content-type')).toBe('application/json');
    const todo = TodoAnswer.parse(await first.json());
    expect(todo).toMatchObject({ id: 7, userId: 7 });
    expect(await second.json()).toEqual(todo);
  });

  it('asks the database once for a todo that is cached', async () => {
    const before = (await app.metric('db_queries_total')) ?? 0;
    for (let i = 0; i < 5; i++) await app.request('/todos/8');
    expect(await app.metric('db_queries_total')).toBe(before + 1);
  });
});

describe('ids', () => {
  const bad = ['abc', '0', '-1', '1.5', '2147483648', '99999999999999999999', '%00', '1%00', '%20'];
  it.each(bad)('of %s are answered with 400', async (id) => {
    expect((await app.request(`/todos/${id}`)).status).toBe(400);
    expect((await send('PATCH', `/todos/${id}`, { completed: true })).status).toBe(400);
    expect((await app.request(`/todos/${id}`, { method: 'DELETE' })).status).toBe(400);
    expect((await app.request(`/users/${id}/todos`)).status).toBe(400);
  });

  it('of nothing are answered with 404', async () => {
    expect((await app.request('/todos/2147483647')).status).toBe(404);
    expect((await send('PATCH', '/todos/2147483647', { completed: true })).status).toBe(404);
    expect((await app.request('/todos/2147483647', { method: 'DELETE' })).status).toBe(404);
    expect((await app.request('/users/11/todos')).status).toBe(404);
    expect(await (await app.request('/nowhere')).json()).toEqual({ error: 'no such route' });
  });
});

describe('methods that a path does not take', () => {
  it.each([
    ['PUT', '/todos/1', 'GET, HEAD, PATCH, DELETE'],
    ['PATCH', '/todos/1/likes', 'GET, HEAD, POST'],
    ['DELETE', '/todos', 'GET, HEAD, POST'],
    ['OPTIONS', '/users/1/todos', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('%s %s is answered with 405 and those that it does', async (method, path, allow) => {
    const response = await app.request(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toEqual({ error: 'method not allowed' });
  });

  it('do not make a path known', async () => {
    expect((await app.request('/nowhere', { method: 'PUT' })).status).toBe(404);
  });

  it('answers HEAD as GET, without the body', async () => {
    const response = await app.request('/todos/1', { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'application/json',
      '',
    ]);
  });
});

describe('PATCH and DELETE /todos/:id', () => {
  it('change what is given, leave the rest, and reach readers of the cache', async () => {
    const before = TodoAnswer.parse(await (await app.request('/todos/9')).json());
    const changed = await send('PATCH', '/todos/9', { title: 'Another' });
    expect(changed.status).toBe(200);
    const after = { ...before, title: 'Another', version: before.version + 1 };
    expect(await changed.json()).toEqual(after);
    expect(await (await app.request('/todos/9')).json()).toEqual(after);
  });

  it.each([
    ['delete', 'Another', 3, 0],
    ['write-through', 'Another', 2, 0],
    ['ttl-only', undefined, 2, 1],
  ])(
    '%s: what readers of the cache have then, and how many queries it takes',
    async (onWrite, title, queries, stale) => {
      await using other = await startInstance({ ...environment, CACHE_ON_WRITE: onWrite, CACHE_CHECK: '1' });
      await expect.poll(async () => (await other.request('/readyz')).status).toBe(200);
      const read = async () => TodoAnswer.parse(await (await other.request('/todos/9')).json());
      const before = await read();
      const headers = { 'content-type': 'application/json' };
      await other.request('/todos/9', { method: 'PATCH', body: '{"title":"Another"}', headers });
      expect((await read()).title).toBe(title ?? before.title);
      expect(await other.metric('db_queries_total')).toBe(queries);
      expect(await other.metric('cache_checked_total')).toBe(2);
      expect(await other.metric('cache_outdated_total')).toBe(stale);
    },
  );

  it('delete, and readers of the cache see it', async () => {
    await app.request('/todos/9');
    const deleted = await app.request('/todos/9', { method: 'DELETE' });
    expect([deleted.status, await deleted.text()]).toEqual([204, '']);
    expect((await app.request('/todos/9')).status).toBe(404);
  });

  it.each([[{}], [{ userId: 2 }], [{ title: null }], [{ completed: 'yes' }], ['{']])(
    'answer 400 to %j',
    async (body) => {
      expect((await send('PATCH', '/todos/9', body)).status).toBe(400);
    },
  );
});

describe('GET /todos/search', () => {
  const found = async (title: string) =>
    Todos.parse(await (await app.request(`/todos/search?title=${encodeURIComponent(title)}`)).json());

  it('finds a part of a title, upper and lower case alike, at most 20', async () => {
    expect((await found('#217')).map((todo) => todo.id)).toEqual([217]);
    expect((await found('THE GARDEN')).every((todo) => todo.title.includes('the garden'))).toBe(true);
    expect(await found('e')).toHaveLength(20);
    expect(await found('no such thing')).toEqual([]);
  });

  it('takes wildcards for what they are', async () => {
    await send('POST', '/todos', { title: '100% \\ done_', userId: 1 });
    for (const text of ['%', '_', '\\', '100% \\ done_'])
      expect((await found(text)).map((todo) => todo.id)).toEqual([301]);
  });

  it.each(['', '?title=', '?title=%00', `?title=${'x'.repeat(201)}`])('answers 400 to %j', async (query) => {
    expect((await app.request(`/todos/search${query}`)).status).toBe(400);
  });
});

describe('likes of a todo', () => {
  const likesOf = async (instance: Instance, id: number): Promise<unknown> =>
    (await instance.request(`/todos/${id}/likes`)).json();

  it.each([
    ['one-row', (rows: number) => rows === 1],
    ['sharded', (rows: number) => rows > 1 && rows <= 4],
    ['append', (rows: number) => rows === 30],
  ])('%s: are counted, each of them, whoever comes at the same time', async (strategy, isRight) => {
    await using other = await startInstance({ ...environment, LIKES_STRATEGY: strategy, LIKES_SHARDS: '4' });
    expect(await likesOf(other, 5)).toEqual({ likes: 0 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => other.request('/todos/5/likes', { method: 'POST' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await likesOf(other, 5)).toEqual({ likes: 30 });
    expect(await likesOf(other, 6)).toEqual({ likes: 0 });
    await using client = await connect();
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::integer FROM todo_likes');
    expect(rows[0]?.count).toSatisfy(isRight);
  });

  it('of none are answered with 404', async () => {
    expect((await app.request('/todos/2147483647/likes')).status).toBe(404);
    expect((await app.request('/todos/2147483647/likes', { method: 'POST' })).status).toBe(404);
    expect((await app.request('/todos/x/likes')).status).toBe(400);
  });

  it('wait for each other in one row, and nobody in rows of their own', async () => {
    const holding = { ...environment, QUERY_COST_MS: '200' };
    const waiters = async (strategy: string): Promise<number> => {
      await using other = await startInstance({ ...holding, LIKES_STRATEGY: strategy });
      await other.request('/todos/5/likes', { method: 'POST' });
      const likes = Array.from({ length: 5 }, () => other.request('/todos/5/likes', { method: 'POST' }));
      const over = Promise.all(likes).then(() => true);
      let most = 0;
      while (!(await Promise.race([over, Promise.resolve(false)]))) {
        most = Math.max(most, (await other.backendMetric('db_locks_waiting')) ?? 0);
      }
      return most;
    };
    expect(await waiters('one-row')).toBeGreaterThan(0);
    expect(await waiters('append')).toBe(0);
  });
});

describe('GET /users/:id/todos', () => {
  it("lists a user's todos, the newest first", async () => {
    const todos = Todos.parse(await (await app.request('/users/4/todos')).json());
    expect(todos).toHaveLength(30);
    expect(todos[0]?.id).toBe(294);
    expect(todos.every((todo) => todo.userId === 4)).toBe(true);
  });

  it('is empty for a user who has none', async () => {
    await prepare({ ...environment, SEED_TODOS: '3' });
    expect(await (await app.request('/users/4/todos')).json()).toEqual([]);
  });
});

describe('GET /feed', () => {
  it.each(FEED_STRATEGIES)('by %s sends the queries that it is known for, and the same answer', async (strategy) => {
    await using other = await startInstance({ ...environment, FEED_STRATEGY: strategy });
    const items = Feed.parse(await (await other.request('/feed?limit=15')).json());
    expect(items.map((item) => item.id)).toEqual(Array.from({ length: 15 }, (_, i) => 300 - i));
    expect(items.every((item) => item.user.id === item.userId && item.user.name === `User ${item.userId}`)).toBe(true);
    expect(await other.metric('db_queries_total')).toBe({ join: 1, 'n+1': 16, batched: 2 }[strategy]);
  });

  it('answers 400 to a limit out of range', async () => {
    expect((await app.request('/feed?limit=101')).status).toBe(400);
  });
});

describe('QUERY_COST_MS', () => {
  it('makes byId, list, pages and search wait in the database, and changes no answer', async () => {
    await using costly = await startInstance({ ...environment, QUERY_COST_MS: '20', CACHE_STRATEGY: 'none' });
    const paths = ['/todos/5', '/todos/2147483647', '/todos?skip=10', '/todos?after=10', '/todos/search?title=garden'];
    for (const path of paths) {
      const [cheap, slow] = [await app.request(path), await costly.request(path)];
      expect([slow.status, await slow.text()]).toEqual([cheap.status, await cheap.text()]);
    }
    const slept = await costly.metric('db_query_duration_seconds_sum');
    expect(slept).toBeGreaterThanOrEqual(paths.length * 0.019); // sleeping is never shorter than told, but for a clock tick
  });
});

describe('QUERY_CPU_ROWS', () => {
  it('makes the same queries make up rows in the database, and changes no answer', async () => {
    await using costly = await startInstance({ ...environment, QUERY_CPU_ROWS: '1000', CACHE_STRATEGY: 'none' });
    const paths = ['/todos/5', '/todos?skip=10', '/todos?after=10', '/todos/search?title=garden'];
    for (const path of paths) {
      const [cheap, slow] = [await app.request(path), await costly.request(path)];
      expect([slow.status, await slow.text()]).toEqual([cheap.status, await cheap.text()]);
    }
    expect(await costly.metric('db_queries_total')).toBe(paths.length);
  });
});

describe('counting', () => {
  it('counts requests by route and status, and leaves out those that operate the app', async () => {
    await using other = await startInstance(environment);
    for (const path of ['/todos/1', '/todos/2', '/todos/x', '/todos/search?title=a', '/nowhere', '/healthz', '/readyz'])
      await other.request(path);
    const requests = (labels: Record<string, string>) => other.metric('http_requests_total', labels);
    expect(await requests({ route: 'GET /todos/:id', status: '200' })).toBe(2);
    expect(await requests({ route: 'GET /todos/:id', status: '400' })).toBe(1);
    expect(await requests({ route: 'GET /todos/search' })).toBe(1);
    expect(await requests({ route: 'unmatched', status: '404' })).toBe(1);
    expect(await requests({})).toBe(5);
    expect(await other.metric('http_request_duration_seconds_count')).toBe(5);
  });
});
