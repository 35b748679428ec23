import DataLoader from 'dataloader';

import type { Database, Statement } from '../database/database.ts';
import type { Settings } from '../settings.ts';
import { UNWATCHED, type Stopwatch } from '../timing/stopwatch.ts';

/** A user as GraphQL shows it; every change makes the version greater. */
export interface User {
  readonly id: number;
  readonly name: string;
  readonly version: number;
}

/** Reads one user. A list of todos asks for as many as it has todos, each without knowing of the others. */
export type ReadUser = (id: number) => Promise<User>;

/** Makes what a request reads its users by. */
export type UsersOfRequest = (stopwatch: Stopwatch) => ReadUser;

const ONE: Statement<User> = { name: 'graphql-user', text: 'SELECT id, name, version FROM users WHERE id = $1' };
const SEVERAL: Statement<User> = {
  name: 'graphql-users',
  text: 'SELECT id, name, version FROM users WHERE id = ANY($1)',
};
const RENAME: Statement<User> = {
  name: 'graphql-rename-user',
  text: 'UPDATE users SET name = $2, version = DEFAULT WHERE id = $1 RETURNING id, name, version',
};

/** How resolvers come by the users of their todos: the answers should be the same, the number of queries is not. */
const WAYS: Record<Exclude<Settings['GRAPHQL'], 'off'>, (database: Database) => UsersOfRequest> = {
  /** A query for each todo: what a resolver does that knows of nothing but its own. */
  'one-by-one': (database) => (stopwatch) => async (id) => {
    const [user] = await database.query(ONE, [id], stopwatch);
    return user ?? missing(id);
  },

  /** What the resolvers of one request ask for in the same turn is one query, and what they asked for before is remembered until it is answered. */
  loader: (database) => (stopwatch) => {
    const loader = loaderOf(database, stopwatch);
    return (id) => loader.load(id);
  },

  /** The mistake: one loader outlives its requests, and so does what it remembers. Nobody tells it of changes. */
  'shared-loader': (database) => {
    const loader = loaderOf(database, UNWATCHED);
    return () => (id) => loader.load(id);
  },
};

function loaderOf(database: Database, stopwatch: Stopwatch): DataLoader<number, User> {
  return new DataLoader(async (ids) => {
    const users = await database.query(SEVERAL, [ids], stopwatch);
    const byId = new Map(users.map((user) => [user.id, user]));
    return ids.map((id) => byId.get(id) ?? missing(id));
  });
}

/** Users by the way of the settings. */
export function createUsers(database: Database, way: keyof typeof WAYS): UsersOfRequest {
  return WAYS[way](database);
}

/** Gives a user another name; undefined if there is no such user. */
export async function renameUser(
  database: Database,
  { id, name }: Pick<User, 'id' | 'name'>,
  stopwatch: Stopwatch,
): Promise<User | undefined> {
  const [user] = await database.query(RENAME, [id, name], stopwatch);
  return user;
}

function missing(id: number): never {
  throw new Error(`user ${id} is not there, against the foreign key of todos`);
}
