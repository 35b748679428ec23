import { Pool, type QueryResultRow } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Statement } from '../database/database.ts';
import { createMonitor, type Monitor } from '../database/monitor.ts';
import { prepare } from '../testing/prepare.ts';
import { startPostgres, type Service } from '../testing/services.ts';
import { createInbox, type Inbox, type Query } from './inbox.ts';
import { readTally } from './tally.ts';

let postgres: Service;
let pool: Pool;
let monitor: Monitor;
beforeAll(async () => {
  postgres = await startPostgres();
  await prepare({ DATABASE_URL: postgres.url, SEED_TODOS: '10' });
  pool = new Pool({ connectionString: postgres.url });
  // A pool that has ended does not wait for its clients, which hear it where PostgreSQL ends first.
  pool.on('connect', (client) => client.on('error', () => undefined));
  monitor = createMonitor(postgres.url, 5000);
});
afterAll(async () => {
  await Promise.all([pool.end(), monitor.close()]);
  await postgres[Symbol.asyncDispose]();
});
beforeEach(() => pool.query('TRUNCATE mails, notifications; DELETE FROM todos WHERE id > 10'));

const query: Query = async <Row extends QueryResultRow>({ text }: Statement<Row>, values: readonly unknown[]) =>
  (await pool.query<Row>(text, [...values])).rows;
const inbox = (kind: 'memory' | 'table', mailTimeMs = 0): Inbox =>
  createInbox({ NOTIFICATIONS_INBOX: kind, NOTIFICATIONS_MAIL_TIME_MS: mailTimeMs }, query);
const about = (todoId: number) => ({ id: `todo-${todoId}-1`, todoId, userId: 3, text: 'Created: Water the cactus' });
const tally = () => readTally(monitor, 11);
const createTodos = () =>
  pool.query(`INSERT INTO todos (id, title, user_id) SELECT id, 'a', 1 FROM generate_series(11, 13) AS id`);

describe.each(['memory', 'table'] as const)('an inbox in %s', (kind) => {
  it('sends a mail for each notification that is new, and none for one that it had', async () => {
    await createTodos();
    const taking = inbox(kind);
    expect(await taking.take(about(11))).toBe(true);
    expect(await taking.take(about(11))).toBe(false);
    expect(await taking.take(about(12))).toBe(true);
    expect(await taking.byId('todo-11-1')).toEqual({ ...about(11), times: 2 });
    expect(await taking.byId('todo-13-1')).toBeUndefined();
    expect(await tally()).toMatchObject({ outstanding: 1, twice: 0 });
  });

  it('sends one for those that come at the same time', async () => {
    const taking = inbox(kind, 20);
    const taken = await Promise.all([1, 2, 3].map(() => taking.take(about(11))));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await tally()).toMatchObject({ twice: 0 });
  });

  it('has a notification again that it could not send, and is to be told again', async () => {
    const failing = createInbox({ NOTIFICATIONS_INBOX: kind, NOTIFICATIONS_MAIL_TIME_MS: 0 }, (statement, values) =>
      fails ? Promise.reject(new Error('no connection')) : query(statement, values),
    );
    let fails = true;
    await expect(failing.take(about(11))).rejects.toThrow('no connection');
    fails = false;
    expect(await failing.take(about(11))).toBe(true);
  });
});

it('is forgotten with its process in memory: what comes again goes out twice', async () => {
  await inbox('memory').take(about(11));
  expect(await inbox('memory').take(about(11))).toBe(true);
  expect(await tally()).toMatchObject({ twice: 1, repeated: 0 });
});

it('outlives its process in a table: what comes again is dropped, and counted', async () => {
  await inbox('table').take(about(11));
  expect(await inbox('table').take(about(11))).toBe(false);
  expect(await tally()).toMatchObject({ twice: 0, repeated: 1 });
});
