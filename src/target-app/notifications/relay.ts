import { setTimeout as pause } from 'node:timers/promises';

import type { Connection, Database, Statement } from '../database/database.ts';
import type { ErrorLog } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { UNWATCHED } from '../timing/stopwatch.ts';
import { TODO_COLUMNS, type Todo } from '../todos/todo.ts';
import { notificationOf } from './notification.ts';
import type { Way } from './way.ts';

const LOOKS_EVERY_MS = 50;
/** Who is away is not asked all the time. */
const AGAIN_AFTER_MS = 500;
const AT_ONCE = 100;

/** What carries news from the outbox to those who send mails. */
export interface Relay {
  /** Carries no more, and waits until what it has begun is over. */
  close(): Promise<void>;
}

/**
 * Starts the relay of an outbox. A row goes once its message is known to have arrived: one that dies in between sends it again, which an
 * inbox at the other end has to know.
 */
export function startRelay(database: Database, way: Way, metrics: Metrics, errors: ErrorLog): Relay {
  const closing = new AbortController();
  const { signal } = closing;

  const carry = async (): Promise<void> => {
    while (!signal.aborted) {
      const carried = await database.lend(carryNext, UNWATCHED).catch((error: unknown) => {
        errors.report('carrying news from the outbox', error);
        return undefined;
      });
      metrics.notificationsSent.inc(carried ?? 0);
      if (carried === AT_ONCE) continue;
      const restMs = carried === undefined ? AGAIN_AFTER_MS : LOOKS_EVERY_MS;
      await pause(restMs, undefined, { signal }).catch(() => undefined);
    }
  };

  /** Those that another relay carries are left to it. */
  const carryNext = async (connection: Connection): Promise<number> => {
    await connection.query({ text: 'BEGIN' });
    try {
      const todos = await connection.query(NEXT);
      await Promise.all(todos.map((todo) => way.hand(notificationOf(todo))));
      if (todos.length > 0) await connection.query(DONE, [todos.map(({ id }) => id)]);
      await connection.query({ text: 'COMMIT' });
      return todos.length;
    } catch (error) {
      // One that is lost has rolled back.
      await connection.query({ text: 'ROLLBACK' }).catch(() => undefined);
      throw error;
    }
  };

  const carrying = carry();
  return {
    close() {
      closing.abort();
      return carrying;
    },
  };
}

const NEXT: Statement<Todo> = {
  name: 'outbox-next',
  text: `SELECT ${TODO_COLUMNS} FROM outbox JOIN todos ON todos.id = outbox.todo_id
         ORDER BY todos.id LIMIT ${AT_ONCE} FOR UPDATE OF outbox SKIP LOCKED`,
};

const DONE: Statement<never> = { name: 'outbox-done', text: 'DELETE FROM outbox WHERE todo_id = ANY($1)' };
