import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { placementBy } from '../database/placement.ts';
import { startInstance, type Instance } from '../testing/instance.ts';
import { prepare } from '../testing/prepare.ts';
import { startPostgres, type Service } from '../testing/services.ts';

const SHARDS = ['a', 'b', 'c'];
const [USERS, TODOS] = [7, 60];

let postgres: Service;
/** One database each, of one server. */
let shards: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres();
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  for (const shard of SHARDS) await client.query(`CREATE DATABASE ${shard}`);
  await client.end();
  const urlOf = (shard: string): string => Object.assign(new URL(postgres.url), { pathname: shard }).href;
  shards = Object.fromEntries(SHARDS.map((shard) => [`SHARD_URL_${shard.toUpperCase()}`, urlOf(shard)]));
});
afterAll(() => postgres[Symbol.asyncDispose]());

async function rowsIn(url: string): Promise<{ users: number[]; todos: number[] }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const ids = async (table: string): Promise<number[]> =>
    (await client.query<{ id: number }>(`SELECT id FROM ${table} ORDER BY id`)).rows.map(({ id }) => id);
  const rows = { users: await ids('users'), todos: await ids('todos') };
  await client.end();
  return rows;
}

const oneTo = (most: number): number[] => Array.from({ length: most }, (_, index) => index + 1);
const ownerOf = (todo: number): number => 1 + ((todo - 1) % USERS);

describe.each(['modulo', 'consistent-hashing'] as const)('an app that is sharded by %s', (rule) => {
  const placement = placementBy(rule, SHARDS.length);
  let environment: Record<string, string>;
  let plain: Instance;
  let sharded: Instance;

  beforeAll(async () => {
    const data = { DATABASE_URL: postgres.url, SEED_USERS: String(USERS), SEED_TODOS: String(TODOS) };
    environment = { ...data, ...shards, SHARDING: rule };
    await prepare({ ...environment, SEED_ALWAYS: 'true' });
    [plain, sharded] = await Promise.all([startInstance(data), startInstance(environment)]);
  });
  afterAll(async () => {
    await Promise.all([plain[Symbol.asyncDispose](), sharded[Symbol.asyncDispose]()]);
  });

  it('has each user in one shard, with all that is theirs', async () => {
    for (const [index, url] of Object.values(shards).entries()) {
      const users = oneTo(USERS).filter((user) => placement(user) === index);
      const todos = oneTo(TODOS).filter((todo) => users.includes(ownerOf(todo)));
      expect(await rowsIn(url)).toEqual({ users, todos });
    }
  });

  it.each([
    '/todos?limit=20',
    '/todos?skip=15&limit=10',
    '/todos?skip=55&limit=10',
    '/todos?after=0&limit=7',
    '/todos?after=58&limit=7',
    '/todos/search?title=the',
    '/todos/17',
    '/todos/999',
    '/todos/17/likes',
    '/users/3/todos',
    '/users/99/todos',
    '/feed?limit=5',
  ])('answers %s as one database does', async (path) => {
    const [one, several] = await Promise.all([plain.request(path), sharded.request(path)]);
    expect(several.status).toBe(one.status);
    expect(several.headers.get('link')).toBe(one.headers.get('link'));
    expect(await several.json()).toEqual(await one.json());
  });

  it('has pages by the last id as one database has', async () => {
    const keyset = { ...environment, PAGES: 'keyset' };
    await using several = await startInstance(keyset);
    await using one = await startInstance({ ...keyset, SHARDING: 'none' });
    for (const path of ['/todos?after=0&limit=7', '/todos?after=20&limit=7', '/todos?after=58&limit=7']) {
      const [expected, told] = await Promise.all([one.request(path), several.request(path)]);
      expect(told.headers.get('link')).toBe(expected.headers.get('link'));
      expect(await told.json()).toEqual(await expected.json());
    }
  });

  it('asks one shard for a user, and all of them for all users', async () => {
    const asked = () => Promise.all(SHARDS.map((shard) => sharded.metric('shard_queries_total', { shard })));
    const before = await asked();
    const all = await sharded.metric('db_queries_total');
    await sharded.request('/users/3/todos');
    await sharded.request('/todos?limit=20');
    const rise = (await asked()).map((count = 0, index) => count - (before[index] ?? 0));
    expect(rise).toEqual(SHARDS.map((_, index) => (placement(3) === index ? 2 : 1)));
    expect(await sharded.metric('db_queries_total')).toBe((all ?? 0) + 4);
  });

  it('counts the rows in each shard, and those that one shard more would move', async () => {
    const further = placementBy(rule, SHARDS.length + 1);
    for (const [index, shard] of SHARDS.entries()) {
      const users = oneTo(USERS).filter((user) => placement(user) === index);
      const rowsOf = (user: number): number => 1 + oneTo(TODOS).filter((todo) => ownerOf(todo) === user).length;
      const sum = (of: readonly number[]): number => of.reduce((rows, user) => rows + rowsOf(user), 0);
      expect(await sharded.backendMetric('shard_rows', { shard })).toBe(sum(users));
      const moving = users.filter((user) => further(user) !== index);
      expect(await sharded.backendMetric('shard_rows_moving', { shard })).toBe(sum(moving));
    }
  });

  it('adds up what all databases say of themselves', async () => {
    const one = (await plain.backendMetric('db_max_connections')) ?? Number.NaN;
    expect(await sharded.backendMetric('db_max_connections')).toBe((1 + SHARDS.length) * one);
    expect(await sharded.backendMetric('db_rows_read_total')).toBeGreaterThan(0);
  });

  it('writes a todo to the shard of its user, under an id that no other shard has', async () => {
    const create = async (userId: number): Promise<{ status: number; todo: unknown }> => {
      const body = JSON.stringify({ title: 'new', userId });
      const headers = { 'content-type': 'application/json' };
      const answer = await sharded.request('/todos', { method: 'POST', headers, body });
      return { status: answer.status, todo: await answer.json() };
    };
    const created = [await create(1), await create(2), await create(3)];
    const ids = [TODOS + 1, TODOS + 2, TODOS + 3];
    expect(created).toMatchObject(ids.map((id, index) => ({ status: 201, todo: { id, userId: index + 1 } })));
    expect((await create(99)).status).toBe(422);
    const [first = 0] = ids;
    const there = await rowsIn(Object.values(shards)[placement(1)] ?? '');
    expect(there.todos).toContain(first);

    const path = `/todos/${first}`;
    const headers = { 'content-type': 'application/json' };
    const patched = await sharded.request(path, { method: 'PATCH', headers, body: '{"completed":true}' });
    expect(await patched.json()).toMatchObject({ id: first, completed: true, version: 2 });
    expect((await sharded.request(`${path}/likes`, { method: 'POST' })).status).toBe(204);
    expect(await (await sharded.request(`${path}/likes`)).json()).toEqual({ likes: 1 });
    expect((await sharded.request('/todos/999/likes', { method: 'POST' })).status).toBe(404);
    expect((await sharded.request(path, { method: 'DELETE' })).status).toBe(204);
    expect((await sharded.request(path)).status).toBe(404);
    expect((await sharded.request(path, { method: 'DELETE' })).status).toBe(404);
  });
});
