import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startPostgres, type Service } from '../testing/services.ts';
import { migrate } from './migrate.ts';
import { seed } from './seed.ts';

const SIZE = { users: 7, todos: 5000 };

let postgres: Service;
let client: Client;

async function connect(): Promise<Client> {
  const opened = new Client({ connectionString: postgres.url });
  await opened.connect();
  return opened;
}

async function ask(query: string): Promise<unknown> {
  const { rows } = await client.query<Record<string, unknown>>(query);
  return rows.length === 1 ? rows[0] : rows;
}

beforeAll(async () => {
  postgres = await startPostgres();
  client = await connect();
  await migrate(client, false);
});
afterAll(async () => {
  await client.end();
  await postgres[Symbol.asyncDispose]();
});

describe('migrate', () => {
  it('can run again, and in several processes at once', async () => {
    await client.query('DROP TABLE todos, users, seed_state');
    const clients = await Promise.all(Array.from({ length: 5 }, connect));
    await Promise.all(clients.map((each) => migrate(each, true)));
    await Promise.all(clients.map((each) => each.end()));
    await migrate(client, false);
    expect(await ask('SELECT count(*)::int FROM todos')).toEqual({ count: 0 });
  });

  it('has the index for title search exactly when it is asked for, and PostgreSQL uses it', async () => {
    await seed(client, SIZE, true);
    const plan = async () => JSON.stringify(await ask(`EXPLAIN SELECT id FROM todos WHERE title ILIKE '%#4217%'`));
    await migrate(client, true);
    expect(await plan()).toContain('Bitmap Index Scan on todos_title');
    await migrate(client, false);
    expect(await plan()).toContain('Seq Scan on todos');
  });
});

describe('seed', () => {
  beforeEach(() => seed(client, SIZE, true));

  it('writes exactly what was asked for, with ids from 1 on', async () => {
    expect(await ask('SELECT count(*)::int, min(id), max(id) FROM todos')).toEqual({ count: 5000, min: 1, max: 5000 });
    expect(await ask('SELECT count(*)::int, min(id), max(id) FROM users')).toEqual({ count: 7, min: 1, max: 7 });
    expect(await ask('SELECT count(DISTINCT user_id)::int FROM todos')).toEqual({ count: 7 });
    expect(await ask(`INSERT INTO todos (title, user_id) VALUES ('next', 1) RETURNING id`)).toEqual({ id: 5001 });
  });

  it('writes the same every time', async () => {
    const content = 'SELECT md5(string_agg(todos::text, $$ $$ ORDER BY id)) FROM todos';
    const before = await ask(content);
    expect(await seed(client, SIZE, true)).toBe('seeded');
    expect(await ask(content)).toEqual(before);
  });

  it('returns at once when nothing was written since', async () => {
    expect(await seed(client, SIZE, false)).toBe('untouched');
    await client.query('VACUUM FREEZE todos');
    expect(await seed(client, SIZE, false)).toBe('untouched');
  });

  it.each([
    ['changed', 'UPDATE todos SET completed = completed WHERE id = 4000'],
    ['added', `INSERT INTO todos (title, user_id) VALUES ('one more', 1)`],
    ['deleted', 'DELETE FROM todos WHERE id = 17'],
    ['added and deleted', `INSERT INTO todos (title, user_id) VALUES ('x', 1); DELETE FROM todos WHERE id > 5000`],
    [
      'deleted and added again',
      `DELETE FROM todos WHERE id = 9; INSERT INTO todos (id, title, user_id) VALUES (9, 'x', 1)`,
    ],
    ['liked', 'INSERT INTO todo_likes (todo_id, likes) VALUES (3, 1)'],
    ['told of', `INSERT INTO mails VALUES ('todo-3-1', 3)`],
    ['told of by a queue', `INSERT INTO notifications VALUES ('todo-3-1', 3, 1, 'a')`],
    ['renamed among the users', `UPDATE users SET name = 'Ada' WHERE id = 1`],
  ])('notices that a row was %s', async (_what, write) => {
    await client.query(write);
    expect(await seed(client, SIZE, false)).toBe('seeded');
    expect(await seed(client, SIZE, false)).toBe('untouched');
  });

  it('notices that another number of rows is asked for, none among them', async () => {
    expect(await seed(client, { users: 7, todos: 0 }, false)).toBe('seeded');
    expect(await seed(client, { users: 7, todos: 0 }, false)).toBe('untouched');
    expect(await ask(`INSERT INTO todos (title, user_id) VALUES ('first', 1) RETURNING id`)).toEqual({ id: 1 });
  });
});
