import type { Database, Statement } from '../database/database.ts';
import type { Settings } from '../settings.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { costsOf, type QueryCost } from './query-cost.ts';

/** How often todos were liked. */
export interface Likes {
  /** Counts one more; false if there is no such todo. */
  add(todoId: number, stopwatch: Stopwatch): Promise<boolean>;
  /** The sum of all rows of the todo; undefined if there is none. */
  count(todoId: number, stopwatch: Stopwatch): Promise<number | undefined>;
}

type LikeSettings = Pick<Settings, 'LIKES_STRATEGY' | 'LIKES_SHARDS'> & QueryCost;

/**
 * Which of a todo's rows a like is counted in, by its number, as SQL. Whoever changes a row locks it until the transaction ends; everyone else who
 * wants to change it stands in line.
 */
const SLOTS: Record<Settings['LIKES_STRATEGY'], (shards: number) => string> = {
  /** Always the same: one line for all. */
  'one-row': () => '0',
  /** One of several, drawn by lot: as many lines. */
  sharded: (shards) => `floor(random() * ${shards})::integer`,
  /** A new one for each like: no line, and a sum over all of them for who wants to know. */
  append: () => `nextval('todo_likes_slot_seq')::integer`,
};

/** Counts likes in the way of the settings; what a query is made to cost goes into the transaction, while the row is locked. */
export function createLikes(database: Database, settings: LikeSettings): Likes {
  const slot = SLOTS[settings.LIKES_STRATEGY](settings.LIKES_SHARDS);
  const cost = costsOf(settings)
    .map((expression) => `, ${expression}`)
    .join('');

  const ADD: Statement<{ id: number }> = {
    name: 'todo-like',
    text: `WITH liked AS (
             INSERT INTO todo_likes (todo_id, slot, likes) SELECT id, ${slot}, 1 FROM todos WHERE id = $1
             ON CONFLICT (todo_id, slot) DO UPDATE SET likes = todo_likes.likes + 1
             RETURNING todo_id)
           SELECT todo_id AS id${cost} FROM liked`,
  };

  return {
    async add(todoId, stopwatch) {
      return (await database.query(ADD, [todoId], stopwatch)).length > 0;
    },
    async count(todoId, stopwatch) {
      return (await database.query(COUNT, [todoId], stopwatch))[0]?.likes;
    },
  };
}

/** A todo that nobody likes is one row with nothing to sum. */
const COUNT: Statement<{ likes: number }> = {
  name: 'todo-likes',
  text: `SELECT coalesce(sum(likes), 0)::integer AS likes FROM todos LEFT JOIN todo_likes ON todo_id = id
         WHERE id = $1 GROUP BY id`,
};
