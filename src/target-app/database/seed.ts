import type { ClientBase } from 'pg';

import { SCHEMA_LOCK } from './migrate.ts';

/** To be raised when the rows that are generated change. */
const SEED_VERSION = 1;

/** How much the tables should hold. */
export interface SeedSize {
  readonly users: number;
  readonly todos: number;
}

/**
 * Whether the tables still hold what the last seed wrote, exactly.
 * PostgreSQL keeps with every row the transaction that wrote it (xmin). A row that was changed or added since has another
 * one, a row that is gone is missing from the count, and a sequence has moved if a row came and went. So no write can go
 * unnoticed, and no write route has to keep book.
 */
const UNTOUCHED = `
  SELECT bool_and(
    (SELECT count(*) = state.users AND bool_and(xmin = state.transaction) FROM users)
    AND (SELECT count(*) = state.todos AND coalesce(bool_and(xmin = state.transaction), true) FROM todos)
    AND NOT EXISTS (SELECT FROM todo_likes)
    AND NOT EXISTS (SELECT FROM notifications)
    AND NOT EXISTS (SELECT FROM mails)
    AND NOT EXISTS (SELECT FROM outbox)
    AND (SELECT last_value = state.users FROM users_id_seq)
    AND (SELECT last_value = greatest(state.todos, 1) AND is_called = (state.todos > 0) FROM todos_id_seq)
  ) AS untouched
  FROM seed_state AS state
  WHERE state.users = $1 AND state.todos = $2 AND state.version = ${SEED_VERSION}`;

/** Whose the todo with an id is, as SQL. */
const ownerOf = (users: number): string => `1 + (id - 1) % ${users}`;

/**
 * Written by the server itself: no row crosses the wire. Every value follows from the id.
 * @param isHere the SQL condition for a user to be here, with all that is theirs
 */
const rows = ({ users, todos }: SeedSize, isHere = (_userId: string): string => 'true') => `
  TRUNCATE todos, users, todo_likes, notifications, mails, outbox, seed_state RESTART IDENTITY;
  INSERT INTO users (id, name)
    SELECT id, 'User ' || id FROM generate_series(1, ${users}) AS id WHERE ${isHere('id')};
  INSERT INTO todos (id, title, description, completed, user_id, created_at)
    SELECT id,
           (ARRAY['Buy', 'Call', 'Clean', 'Fix', 'Paint', 'Plan', 'Read', 'Sell', 'Visit', 'Write'])[1 + id % 10] || ' '
             || (ARRAY['the garden', 'a letter', 'the kitchen', 'a bicycle', 'the report', 'a friend', 'the roof'])[1 + id % 7]
             || ' #' || id,
           'Todo number ' || id || ', to be done some day before it is forgotten.',
           id % 3 = 0,
           ${ownerOf(users)},
           timestamptz '2024-01-01 00:00:00Z' + id * interval '1 second'
    FROM generate_series(1, ${todos}) AS id WHERE ${isHere(ownerOf(users))};
  SELECT setval('users_id_seq', ${users});
  SELECT setval('todos_id_seq', greatest(${todos}, 1), ${todos} > 0);
  INSERT INTO seed_state VALUES (${users}, ${todos}, ${SEED_VERSION}, pg_current_xact_id()::xid);
  ANALYZE users, todos;`;

/** Makes the tables hold exactly `size`, with ids from 1 on; does nothing if they do and `always` is false. */
export async function seed(client: ClientBase, size: SeedSize, always: boolean): Promise<'seeded' | 'untouched'> {
  await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`);
  try {
    const untouched = !always && (await isUntouched(client, size));
    if (!untouched) await client.query(rows(size));
    await client.query('COMMIT');
    return untouched ? 'untouched' : 'seeded';
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/**
 * Makes the tables of one database hold only these of all users, with their todos: ids, texts and times are those that they have
 * where all are in one place. Always anew.
 */
export async function seedPart(client: ClientBase, size: SeedSize, userIds: readonly number[]): Promise<void> {
  const part = `'{${userIds.join()}}'::integer[]`;
  // Statements sent together are one transaction.
  await client.query(`
    SELECT pg_advisory_xact_lock(${SCHEMA_LOCK});
    ${rows(size, (userId) => `${userId} = ANY (${part})`)}
    DELETE FROM seed_state;`);
}

async function isUntouched(client: ClientBase, { users, todos }: SeedSize): Promise<boolean> {
  const answer = await client.query<{ untouched: boolean | null }>(UNTOUCHED, [users, todos]);
  return answer.rows[0]?.untouched === true;
}
