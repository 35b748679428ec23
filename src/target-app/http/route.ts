import { performance } from 'node:perf_hooks';

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

import { ConnectionRefusal } from '../database/refusal.ts';
import type { ErrorLog } from '../log.ts';
import type { ServerMetrics } from '../metrics/metrics.ts';
import type { StartStopwatch, Stopwatch } from '../timing/stopwatch.ts';
import { bodyOf, internalError, overloaded, toResponse, type Answer } from './answers.ts';

/** What the handlers find in a request beside the request: Node's own objects. */
export interface Env {
  Bindings: HttpBindings;
}

/** Answers one request, or throws. Where its time goes is on the stopwatch. */
export type Handler = (c: Context<Env>, stopwatch: Stopwatch) => Promise<Answer> | Answer;

/** Whether the server is on its way down: connections are closed after the answer then. */
export interface Drain {
  draining: boolean;
}

/** Makes the handler of a route: counted, timed, and with an answer for everything that is thrown. */
export type Route = (name: string, handler: Handler) => (c: Context<Env>) => Promise<Response>;

/**
 * Creates the wrapper for all routes of the API.
 * A function around each handler, and not a middleware: it knows its route without looking it up, and a request
 * passes through one promise more instead of a chain.
 */
export function createRoute(metrics: ServerMetrics, errors: ErrorLog, start: StartStopwatch, drain: Drain): Route {
  return (name, handler) => {
    // A route that nobody asks for is counted as zero, and is not missing.
    const byStatus = new Map([[200, metrics.answered(name, 200)]]);

    const count = (status: number): void => {
      let answered = byStatus.get(status);
      if (answered === undefined) {
        answered = metrics.answered(name, status);
        byStatus.set(status, answered);
      }
      answered.count += 1;
    };

    return async (c) => {
      const startedAt = performance.now();
      const stopwatch = start(startedAt);
      let answer: Answer;
      try {
        answer = await handler(c, stopwatch);
      } catch (error) {
        answer = answerTo(error, name, errors);
      }
      const body = bodyOf(answer, stopwatch);
      const endedAt = performance.now();
      count(answer.status);
      metrics.requestDuration.observe((endedAt - startedAt) / 1e3);
      if (drain.draining) c.env.outgoing.shouldKeepAlive = false; // Node says `connection: close`, and closes
      return toResponse(answer, body, stopwatch.report(endedAt));
    };
  };
}

function answerTo(error: unknown, route: string, errors: ErrorLog): Answer {
  if (error instanceof ConnectionRefusal) return overloaded(error);
  errors.report(route, error);
  return internalError();
}
