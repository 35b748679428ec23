import type { Database, Statement } from '../database/database.ts';
import type { Settings } from '../settings.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { costing, type QueryCost } from './query-cost.ts';
import { TODO_COLUMNS, type Todo } from './todo.ts';

/** A page of todos, in the order of their ids. */
export interface Page {
  readonly todos: readonly Todo[];
  /** The cursor of the page after it; undefined where this one is not full, and so the last. */
  readonly next: number | undefined;
}

/** Reads the page at a cursor: at 0 it is the first one, and each says where the next one is. */
export type Pages = (cursor: number, limit: number, stopwatch: Stopwatch) => Promise<Page>;

/** What a cursor stands for: the answers are the same, the rows that PostgreSQL reads for them are not. */
interface Paging {
  /** Takes how many todos, and the cursor. */
  readonly statement: (condition: string) => Statement<Todo>;
  /** The cursor behind the last todo of a page. */
  readonly next: (cursor: number, todos: readonly Todo[]) => number | undefined;
}

/** The cursor is how many todos come before: PostgreSQL reads every one of them, only to leave it out. */
const offset: Paging = {
  statement: (condition) => ({
    name: 'todo-page-by-offset',
    text: `SELECT ${TODO_COLUMNS} FROM todos WHERE ${condition} ORDER BY id LIMIT $1 OFFSET $2`,
  }),
  next: (cursor, todos) => cursor + todos.length,
};

/** The cursor is the last id before: the index leads straight to what comes after it. */
const keyset: Paging = {
  statement: (condition) => ({
    name: 'todo-page-by-keyset',
    text: `SELECT ${TODO_COLUMNS} FROM todos WHERE ${condition} AND id > $2 ORDER BY id LIMIT $1`,
  }),
  next: (_, todos) => todos.at(-1)?.id,
};

const PAGINGS: Record<Settings['PAGES'], Paging> = { offset, keyset };

/** Pages by the kind of the settings; what a query is made to cost is on top. */
export function createPages(database: Database, kind: Settings['PAGES'], cost: QueryCost): Pages {
  const { statement, next } = PAGINGS[kind];
  const page = statement(costing(cost));
  return async (cursor, limit, stopwatch) => {
    const todos = await database.query(page, [limit, cursor], stopwatch);
    return { todos, next: todos.length < limit ? undefined : next(cursor, todos) };
  };
}
