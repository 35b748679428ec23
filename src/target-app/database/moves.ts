import { performance } from 'node:perf_hooks';

import type { Statement } from './database.ts';
import { placementBy } from './placement.ts';
import type { Shards } from './shards.ts';

/** To count reads all rows: seldom enough not to be a load by itself. */
const COUNT_EVERY_MS = 60_000;

/** So that they are not among the rows that are read for requests. Where only others may say so, everything works without. */
const READ_UNCOUNTED = {
  text: `DO $$ BEGIN PERFORM set_config('track_counts', 'off', false);
         EXCEPTION WHEN insufficient_privilege THEN NULL; END $$`,
};

/** The rows of one shard: users, and their todos. */
export interface ShardRows {
  readonly shard: string;
  readonly rows: number;
  /** Those of them that would be elsewhere if there were one shard more. */
  readonly moving: number;
}

const ROWS_OF_USERS: Statement<{ userId: number; rows: number }> = {
  name: 'rows-of-users',
  text: `SELECT users.id AS "userId", (1 + count(todos.id))::integer AS rows
         FROM users LEFT JOIN todos ON todos.user_id = users.id GROUP BY users.id`,
};

/** Creates what counts the rows that are in the shards, once a minute at the most, and those that one shard more would move. */
export function createMoves({ names, rule, monitors }: Shards): () => Promise<readonly ShardRows[]> {
  const placement = placementBy(rule, names.length + 1);
  let counting: { readonly atMs: number; readonly rows: Promise<readonly ShardRows[]> } | undefined;

  const countIn = async (index: number, shard: string): Promise<ShardRows> => {
    await monitors[index]?.query(READ_UNCOUNTED);
    const users = (await monitors[index]?.query(ROWS_OF_USERS)) ?? [];
    const sum = (all: typeof users): number => all.reduce((total, { rows }) => total + rows, 0);
    return { shard, rows: sum(users), moving: sum(users.filter(({ userId }) => placement(userId) !== index)) };
  };

  const count = async (): Promise<readonly ShardRows[]> => {
    try {
      return await Promise.all(names.map((name, index) => countIn(index, name)));
    } catch (error) {
      counting = undefined;
      throw error;
    }
  };

  return () => {
    if (counting === undefined || performance.now() - counting.atMs >= COUNT_EVERY_MS)
      counting = { atMs: performance.now(), rows: count() };
    return counting.rows;
  };
}
