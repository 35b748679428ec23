import { DatabaseError } from 'pg';

import type { Database, Statement } from '../database/database.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { costing, type QueryCost } from './query-cost.ts';
import { TODO_COLUMNS, type Todo, type TodoChange, type TodoDraft } from './todo.ts';

const FOREIGN_KEY_VIOLATION = '23503';
const USER_TODOS_LIMIT = 100;
/** How many a search finds at the most. */
export const SEARCH_LIMIT = 20;

/** What a todo is known by before it is written. */
export type Reserved = Pick<Todo, 'id' | 'createdAt'>;

/** The todos in the database: one query each. What is not there is undefined, or false. */
export interface Todos {
  /** @param reserved what it is to be known by; left out for what is next. Undefined if there is no such user */
  create(draft: TodoDraft, stopwatch: Stopwatch, reserved?: Reserved): Promise<Todo | undefined>;
  /** The same, and in the same transaction it is noted in the outbox that users are to be told. */
  createNoted(draft: TodoDraft, stopwatch: Stopwatch): Promise<Todo | undefined>;
  /** What the next todo is to be known by. */
  reserve(stopwatch: Stopwatch): Promise<Reserved>;
  byId(id: number, stopwatch: Stopwatch): Promise<Todo | undefined>;
  list(skip: number, limit: number, stopwatch: Stopwatch): Promise<Todo[]>;
  /** Those whose title contains `text`, upper and lower case alike; the first 20. */
  search(text: string, stopwatch: Stopwatch): Promise<Todo[]>;
  /** The newest 100 of a user; undefined if there is no such user. */
  ofUser(userId: number, stopwatch: Stopwatch): Promise<Todo[] | undefined>;
  change(id: number, change: TodoChange, stopwatch: Stopwatch): Promise<Todo | undefined>;
  remove(id: number, stopwatch: Stopwatch): Promise<boolean>;
}

/**
 * Reads and writes todos.
 * `cost` is a declared, artificial one: byId, list, search and ofUser sleep and work for so long inside PostgreSQL, holding their
 * connection, as a query over more data than fits on a laptop would.
 */
export function createTodos(database: Database, cost: QueryCost): Todos {
  const costly = costing(cost);

  const BY_ID: Statement<Todo> = {
    name: 'todo-by-id',
    text: `SELECT ${TODO_COLUMNS} FROM todos WHERE ${costly} AND id = $1`,
  };
  const LIST: Statement<Todo> = {
    name: 'todo-list',
    text: `SELECT ${TODO_COLUMNS} FROM todos WHERE ${costly} ORDER BY id LIMIT $1 OFFSET $2`,
  };
  // Without a name: whether the index helps depends on the text, so every search is planned for its own.
  const SEARCH: Statement<Todo> = {
    text: `SELECT ${TODO_COLUMNS} FROM todos WHERE ${costly} AND title ILIKE $1 ORDER BY id LIMIT ${SEARCH_LIMIT}`,
  };
  // One query tells both: a user without todos is one row of nulls, no user is no row.
  const OF_USER: Statement<Todo | { id: null }> = {
    name: 'todos-of-user',
    text: `SELECT ${TODO_COLUMNS} FROM users LEFT JOIN todos ON todos.user_id = users.id
           WHERE ${costly} AND users.id = $1 ORDER BY todos.id DESC LIMIT ${USER_TODOS_LIMIT}`,
  };

  const insert = async (
    statement: Statement<Todo>,
    values: readonly unknown[],
    stopwatch: Stopwatch,
  ): Promise<Todo | undefined> => {
    try {
      return (await database.query(statement, values, stopwatch))[0];
    } catch (error) {
      if (error instanceof DatabaseError && error.code === FOREIGN_KEY_VIOLATION) return undefined;
      throw error;
    }
  };

  return {
    create({ title, description, completed, userId }, stopwatch, reserved) {
      const values = [title, description, completed, userId];
      return reserved === undefined
        ? insert(CREATE, values, stopwatch)
        : insert(CREATE_RESERVED, [...values, reserved.id, reserved.createdAt], stopwatch);
    },
    createNoted: ({ title, description, completed, userId }, stopwatch) =>
      insert(CREATE_NOTED, [title, description, completed, userId], stopwatch),
    async reserve(stopwatch) {
      const [reserved] = await database.query(RESERVE, [], stopwatch);
      if (reserved === undefined) throw new Error('a sequence without a next number');
      return reserved;
    },
    async byId(id, stopwatch) {
      return (await database.query(BY_ID, [id], stopwatch))[0];
    },
    list: (skip, limit, stopwatch) => database.query(LIST, [limit, skip], stopwatch),
    search: (text, stopwatch) => database.query(SEARCH, [`%${text.replace(/[\\%_]/g, '\\$&')}%`], stopwatch),
    async ofUser(userId, stopwatch) {
      const rows = await database.query(OF_USER, [userId], stopwatch);
      return rows.length === 0 ? undefined : rows.filter(isTodo);
    },
    async change(id, { title, description, completed }, stopwatch) {
      return (await database.query(CHANGE, [id, title, description, completed], stopwatch))[0];
    },
    async remove(id, stopwatch) {
      return (await database.query(REMOVE, [id], stopwatch)).length > 0;
    },
  };
}

const CREATE: Statement<Todo> = {
  name: 'todo-create',
  text: `INSERT INTO todos (title, description, completed, user_id) VALUES ($1, $2, $3, $4) RETURNING ${TODO_COLUMNS}`,
};

const CREATE_RESERVED: Statement<Todo> = {
  name: 'todo-create-reserved',
  text: `INSERT INTO todos (title, description, completed, user_id, id, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING ${TODO_COLUMNS}`,
};

const CREATE_NOTED: Statement<Todo> = {
  name: 'todo-create-noted',
  text: `WITH todos AS (
           INSERT INTO todos (title, description, completed, user_id) VALUES ($1, $2, $3, $4) RETURNING *),
         noted AS (INSERT INTO outbox (todo_id) SELECT id FROM todos)
         SELECT ${TODO_COLUMNS} FROM todos`,
};

const RESERVE: Statement<Reserved> = {
  name: 'todo-reserve',
  text: `SELECT nextval('todos_id_seq')::integer AS id, now() AS "createdAt"`,
};

const isTodo = (row: Todo | { id: null }): row is Todo => row.id !== null;

const CHANGE: Statement<Todo> = {
  name: 'todo-change',
  text: `UPDATE todos SET title = coalesce($2, title), description = coalesce($3, description),
           completed = coalesce($4, completed), version = version + 1
         WHERE id = $1 RETURNING ${TODO_COLUMNS}`,
};

const REMOVE: Statement<{ id: number }> = { name: 'todo-remove', text: 'DELETE FROM todos WHERE id = $1 RETURNING id' };
