import type { ErrorLog } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { type ToldTodo, notificationOf } from './notification.ts';
import type { Way } from './way.ts';

/** Tells what has happened. */
export interface Sender {
  /** Tells that a todo was created, and waits until somebody has taken that, or it is not known. Never fails. */
  created(todo: ToldTodo, stopwatch: Stopwatch): Promise<void>;
  close(): Promise<void>;
}

/** Creates what tells users, inside of the request that it is about, by that way; without one there is nobody to tell. */
export function createSender(way: Way | undefined, metrics: Metrics, errors: ErrorLog): Sender {
  if (way === undefined) return { created: () => Promise.resolve(), close: () => Promise.resolve() };

  return {
    async created(todo, stopwatch) {
      stopwatch.begin('notify');
      try {
        await way.hand(notificationOf(todo));
        metrics.notificationsSent.inc();
      } catch (error) {
        // The todo is committed: a 502 would have the client create it once more. So it is created, and its notification is lost, or
        // late where only the answer was: nobody tries again. That is the price of telling another service in line; a queue is its remedy.
        metrics.notificationsFailed.inc();
        errors.report('notifying', error);
      } finally {
        stopwatch.end('notify');
      }
    },
    close: () => way.close(),
  };
}
