import type { Connection, Database, Statement } from '../database/database.ts';
import type { Settings } from '../settings.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { TODO_COLUMNS, type Todo } from './todo.ts';

interface User {
  readonly id: number;
  readonly name: string;
}

/** A todo with the user it belongs to. */
export interface FeedItem extends Todo {
  readonly user: User;
}

/** Reads the newest `limit` todos, each with its user. */
export type Feed = (limit: number, stopwatch: Stopwatch) => Promise<FeedItem[]>;

/** A way of reading the feed over one connection: the answers are the same, the number of queries is not. */
type FeedStrategy = (connection: Connection, limit: number) => Promise<FeedItem[]>;

/** The newest todos. Ids are given in order of creation: those with the greatest ids. */
export const NEWEST: Statement<Todo> = {
  name: 'feed-newest',
  text: `SELECT ${TODO_COLUMNS} FROM todos ORDER BY id DESC LIMIT $1`,
};
const NEWEST_WITH_USER: Statement<Todo & { userName: string }> = {
  name: 'feed-newest-with-user',
  text: `SELECT ${TODO_COLUMNS}, users.name AS "userName"
         FROM todos JOIN users ON users.id = todos.user_id ORDER BY todos.id DESC LIMIT $1`,
};
const USER: Statement<User> = { name: 'feed-user', text: 'SELECT id, name FROM users WHERE id = $1' };
const USERS: Statement<User> = { name: 'feed-users', text: 'SELECT id, name FROM users WHERE id = ANY($1)' };

/** One query: the database brings todos and users together. */
const join: FeedStrategy = async (connection, limit) => {
  const rows = await connection.query(NEWEST_WITH_USER, [limit]);
  return rows.map(({ userName, ...todo }) => ({ ...todo, user: { id: todo.userId, name: userName } }));
};

/** One query, and one more for every todo: what a loop over objects that load lazily comes to. */
const nPlusOne: FeedStrategy = async (connection, limit) => {
  const items: FeedItem[] = [];
  for (const todo of await connection.query(NEWEST, [limit])) {
    const [user] = await connection.query(USER, [todo.userId]);
    items.push({ ...todo, user: user ?? missing(todo) });
  }
  return items;
};

/** Two queries: the todos, then all their users at once; what a data loader comes to. */
const batched: FeedStrategy = async (connection, limit) => {
  const todos = await connection.query(NEWEST, [limit]);
  const users = await connection.query(USERS, [[...new Set(todos.map((todo) => todo.userId))]]);
  const byId = new Map(users.map((user) => [user.id, user]));
  return todos.map((todo) => ({ ...todo, user: byId.get(todo.userId) ?? missing(todo) }));
};

const STRATEGIES: Record<Settings['FEED_STRATEGY'], FeedStrategy> = { join, 'n+1': nPlusOne, batched };

/** The feed by the strategy of the settings; a request holds one connection, however many queries it sends. */
export function createFeed(database: Database, strategy: Settings['FEED_STRATEGY']): Feed {
  return (limit, stopwatch) => database.lend((connection) => STRATEGIES[strategy](connection, limit), stopwatch);
}

function missing(todo: Todo): never {
  throw new Error(`todo ${todo.id} has no user, against its foreign key`);
}
