import { Hono } from 'hono';

import type { ErrorLog } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { StartStopwatch } from '../timing/stopwatch.ts';
import { internalError, toResponse } from './answers.ts';
import { addOperations, type OperationsRoom } from './operations.ts';
import { createRoute, type Env } from './route.ts';
import { addTodoRoutes, type TodoRoom } from './todo-routes.ts';

/** Builds the web application: the routes of the API and those for operating it. */
export function createApp(
  room: TodoRoom & OperationsRoom,
  metrics: Metrics,
  errors: ErrorLog,
  startStopwatch: StartStopwatch,
): Hono<Env> {
  const app = new Hono<Env>();
  addTodoRoutes(app, createRoute(metrics, errors, startStopwatch, room.drain), room);
  addOperations(app, room);
  app.onError((error, c) => {
    errors.report(c.req.path, error);
    return toResponse(internalError());
  });
  return app;
}
