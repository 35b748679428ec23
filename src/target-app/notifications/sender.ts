import { Agent, request } from 'node:http';

import type { ErrorLog } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import type { Todo } from '../todos/todo.ts';
import { notificationOf, type Notification } from './notification.ts';

/** How long the notifier may take. Requests wait for it, so it is short. */
const ANSWERS_WITHIN_MS = 1000;

/** Tells the notifier what has happened. */
export interface Sender {
  /** Tells that a todo was created, and waits until that is known to have arrived, or not. Never fails. */
  created(todo: Todo, stopwatch: Stopwatch): Promise<void>;
  /** Lets go of the connections. */
  close(): void;
}

/**
 * Creates what tells the notifier at `url`, over HTTP and inside of the request that it is about. Without a notifier there is nobody
 * to tell.
 */
export function createSender(url: string | undefined, metrics: Metrics, errors: ErrorLog): Sender {
  if (url === undefined) return { created: () => Promise.resolve(), close: () => undefined };
  const agent = new Agent({ keepAlive: true });
  const address = new URL('/notifications', url);

  return {
    async created(todo, stopwatch) {
      stopwatch.begin('notify');
      try {
        await post(address, agent, notificationOf(todo));
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
    close: () => agent.destroy(),
  };
}

/** Resolves when the notifier has taken it. @throws where it refuses, is not there, or takes too long */
function post(address: URL, agent: Agent, notification: Notification): Promise<void> {
  const body = JSON.stringify(notification);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(address, { method: 'POST', agent, headers }, (response) => {
      const { statusCode = 0 } = response;
      response.on('error', reject).resume();
      response.on('end', () =>
        statusCode < 300 ? resolve() : reject(new Error(`the notifier answered ${statusCode}`)),
      );
    });
    const late = setTimeout(() => {
      reject(new Error(`the notifier: no answer within ${ANSWERS_WITHIN_MS} ms`));
      sent.destroy();
    }, ANSWERS_WITHIN_MS);
    sent.on('error', reject);
    sent.on('close', () => clearTimeout(late));
    sent.end(body);
  });
}
