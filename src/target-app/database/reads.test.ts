import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startInstance, type Instance } from '../testing/instance.ts';
import { prepare } from '../testing/prepare.ts';
import { startPostgres, type Service } from '../testing/services.ts';

let primary: Service;
/** It has the same data, and follows nobody: a standby that will never do what is written. */
let standby: Service;
let environment: Record<string, string>;

beforeAll(async () => {
  [primary, standby] = await Promise.all([startPostgres(), startPostgres()]);
  environment = { SEED_USERS: '5', SEED_TODOS: '20', SEED_ALWAYS: 'true' };
});
afterAll(async () => {
  await Promise.all([primary, standby].map((service) => service[Symbol.asyncDispose]()));
});
beforeEach(async () => {
  await Promise.all([primary, standby].map(({ url }) => prepare({ ...environment, DATABASE_URL: url })));
});

const start = (from: string, changes: Record<string, string> = {}): Promise<Instance> =>
  startInstance({ DATABASE_URL: primary.url, STANDBYS: new URL(standby.url).host, READS_FROM: from, ...changes });

const write = (app: Instance, client: string, id = 1): Promise<Response> =>
  app.request(`/todos/${id}`, {
    method: 'PATCH',
    headers: { 'x-client': client, 'content-type': 'application/json' },
    body: '{"completed":true}',
  });

/** The versions that so many reads of a todo found, one after another. */
async function versions(app: Instance, client: string, times: number): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (let read = 0; read < times; read++) {
    const answer = await app.request('/todos/1', { headers: { 'x-client': client } });
    found.push(/"version":(\d+)/.exec(await answer.text())?.[1]);
  }
  return found;
}

const counts = async (app: Instance): Promise<readonly unknown[]> => {
  const names = ['db_reads_total', 'db_reads_primary_total', 'cache_checked_total', 'cache_outdated_total'];
  return Promise.all(names.map((name) => app.metric(name)));
};

describe('reads', () => {
  it('go to the primary, unless something else is said', async () => {
    await using app = await start('primary');
    await write(app, 'ann');
    expect(await versions(app, 'ann', 4)).toEqual(['2', '2', '2', '2']);
    expect(await counts(app)).toEqual([4, 4, 4, 0]);
  });

  it('go anywhere in turn, where a client may not see what it wrote', async () => {
    await using app = await start('anywhere');
    await write(app, 'ann');
    expect(await versions(app, 'ann', 4)).toEqual(['2', '1', '2', '1']);
    expect(await versions(app, 'bob', 2)).toEqual(['2', '1']);
    expect(await counts(app)).toEqual([6, 3, 6, 2]);
  });

  it('go to the primary for who has just written, and for nobody else', async () => {
    await using app = await start('after-own-write', { READS_OWN_WRITE_MS: '60000' });
    await write(app, 'ann');
    await write(app, 'bob', 2);
    expect(await versions(app, 'ann', 3)).toEqual(['2', '2', '2']);
    expect(await versions(app, 'eve', 2)).toEqual(['2', '1']);
    expect(await versions(app, 'bob', 1)).toEqual(['2']);
    expect(await counts(app)).toEqual([6, 5, 6, 0]);
  });

  it('go anywhere again once the time is over', async () => {
    await using app = await start('after-own-write', { READS_OWN_WRITE_MS: '1' });
    await write(app, 'ann');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await versions(app, 'ann', 2)).toEqual(['2', '1']);
    expect(await counts(app)).toEqual([2, 1, 2, 1]);
  });

  it('of every kind are chosen, and writes are the primary’s', async () => {
    await using app = await start('anywhere');
    const paths = ['/todos', '/todos?after=0', '/todos/search?title=a', '/users/1/todos', '/feed', '/todos/1/likes'];
    for (const path of paths) expect((await app.request(path)).status, path).toBe(200);
    expect((await app.request('/todos/1/likes', { method: 'POST' })).status).toBe(204);
    const likes = [await app.request('/todos/1/likes'), await app.request('/todos/1/likes')];
    expect(await Promise.all(likes.map((answer) => answer.json()))).toEqual([{ likes: 1 }, { likes: 0 }]);
    expect(await counts(app)).toEqual([8, 4, 0, 0]);
  });
});
