import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

import { APP_SETTINGS } from '../settings-table.ts';
import { startInstance, type Instance } from '../testing/instance.ts';
import { prepare } from '../testing/prepare.ts';
import { startPostgres, type Service } from '../testing/services.ts';

const WAYS = APP_SETTINGS.graphql.choices.filter((way) => way !== 'off');
const FEED = '{ feed(limit: 20) { id title completed user { id name version } } }';
const RENAME = 'mutation ($id: Int!, $name: String!) { renameUser(id: $id, name: $name) { id name version } }';

const User = z.object({ id: z.int(), name: z.string(), version: z.int() });
const Todo = z.object({ id: z.int(), title: z.string(), completed: z.boolean(), user: User });
const Feed = z.object({ data: z.object({ feed: z.array(Todo) }) });
const Renamed = z.object({ data: z.object({ renameUser: z.nullable(User) }) });
const Failed = z.object({ errors: z.array(z.object({ message: z.string() })) });

let postgres: Service;
let environment: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres();
  environment = { DATABASE_URL: postgres.url, SEED_USERS: '20', SEED_TODOS: '100', MAX_BODY_BYTES: '2000' };
});
afterAll(() => postgres[Symbol.asyncDispose]());
beforeEach(() => prepare(environment));

const start = (way: string, others: Record<string, string> = {}): Promise<Instance> =>
  startInstance({ ...environment, GRAPHQL: way, ...others });

const ask = (app: Instance, query: string, variables: object = {}): Promise<Response> =>
  app.request('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });

async function feedOf(app: Instance): Promise<z.infer<typeof Todo>[]> {
  return Feed.parse(await (await ask(app, FEED)).json()).data.feed;
}

async function rename(app: Instance, id: number, name: string): Promise<z.infer<typeof User> | null> {
  return Renamed.parse(await (await ask(app, RENAME, { id, name })).json()).data.renameUser;
}

/** How many queries `work` takes. */
async function queriesOf(app: Instance, work: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => (await app.metric('db_queries_total')) ?? Number.NaN;
  const before = await count();
  await work();
  return (await count()) - before;
}

describe.each(WAYS)('POST /graphql by %s', (way) => {
  it('answers with the newest todos, each with its user', async () => {
    await using app = await start(way);
    const feed = await feedOf(app);
    expect(feed.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => 100 - index));
    expect(feed.map(({ user }) => user.name)).toEqual(feed.map(({ id }) => `User ${1 + ((id - 1) % 20)}`));
  });

  it('tells a writer the name and a greater version', async () => {
    await using app = await start(way);
    const before = (await feedOf(app)).find(({ user }) => user.id === 7)?.user.version ?? Number.NaN;
    const renamed = await rename(app, 7, 'Ada');
    expect(renamed).toMatchObject({ id: 7, name: 'Ada' });
    expect(renamed?.version).toBeGreaterThan(before);
    expect(await rename(app, 21, 'Nobody')).toBeNull();
  });
});

describe('the queries for a list of 20 todos', () => {
  it.each([
    ['one-by-one', 21, 21],
    ['loader', 2, 2],
    ['shared-loader', 2, 1],
  ])('by %s are %i, and %i the second time', async (way, first, second) => {
    await using app = await start(way);
    expect(await queriesOf(app, () => feedOf(app))).toBe(first);
    expect(await queriesOf(app, () => feedOf(app))).toBe(second);
  });
});

describe('a reader who comes when a writer has been told of a new name', () => {
  it.each([
    ['one-by-one', 'Ada', 0],
    ['loader', 'Ada', 0],
    ['shared-loader', 'User 7', 1],
  ])('by %s is answered with "%s": of two answers, %i is stale', async (way, name, stale) => {
    await using app = await start(way);
    await feedOf(app);
    await rename(app, 7, 'Ada');
    const users = (await feedOf(app)).map(({ user }) => user);
    expect(users.find(({ id }) => id === 7)?.name).toBe(name);
    expect(await app.metric('cache_checked_total')).toBe(2);
    expect(await app.metric('cache_outdated_total')).toBe(stale);
  });

  it('is answered rightly after the tables were filled anew, and no answer counts as stale', async () => {
    await using app = await start('loader');
    for (const name of ['Ada', 'Grace', 'Barbara']) await rename(app, 7, name);
    await prepare(environment);
    expect((await feedOf(app)).find(({ user }) => user.id === 7)?.user.name).toBe('User 7');
    expect(await app.metric('cache_outdated_total')).toBe(0);
  });
});

describe('what cannot be answered', () => {
  const messagesOf = async (response: Response): Promise<string[]> =>
    Failed.parse(await response.json()).errors.map(({ message }) => message);

  it('is told in the words of GraphQL where the request is wrong', async () => {
    await using app = await start('loader');
    const wrong = await ask(app, '{ feed { nothing } }');
    expect(await messagesOf(wrong)).toEqual(['Cannot query field "nothing" on type "Todo".']);
    expect(await messagesOf(await ask(app, '{ feed(limit: 0) { id } }'))).toEqual(['limit must be from 1 to 100']);
    expect(await messagesOf(await ask(app, RENAME, { id: 1, name: '' }))).toEqual([
      'name must have 1 to 200 characters',
    ]);
  });

  it('is 503 where there is no connection to be had, and of other errors nothing is told but that there was one', async () => {
    await using full = await start('one-by-one', { POOL_SIZE: '1', POOL_QUEUE_LIMIT: '0' });
    const refused = await ask(full, FEED);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);

    await using lost = await start('loader', { DATABASE_URL: `${postgres.url}-that-is-none` });
    const failed = await ask(lost, FEED);
    expect([failed.status, await messagesOf(failed)]).toEqual([500, ['internal error']]);
  });

  it('is 413 where the body is too large', async () => {
    await using app = await start('loader');
    expect((await ask(app, FEED, { padding: 'x'.repeat(3000) })).status).toBe(413);
  });

  it('is 404 where nobody asked for GraphQL', async () => {
    await using app = await start('off');
    expect((await ask(app, FEED)).status).toBe(404);
  });
});
