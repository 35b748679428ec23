import { Hono } from 'hono';

import type { Graphql } from '../graphql/graphql.ts';
import type { ErrorLog } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { StartStopwatch } from '../timing/stopwatch.ts';
import { internalError, toResponse } from './answers.ts';
import { addGraphqlRoute } from './graphql-route.ts';
import { addLikeRoutes, type LikeRoom } from './like-routes.ts';
import { addOperations, type OperationsRoom } from './operations.ts';
import { createRoute, type Env } from './route.ts';
import type { Summaries } from '../summaries/summary.ts';
import { addSummaryRoute } from './summary-route.ts';
import { addTodoRoutes, type TodoRoom } from './todo-routes.ts';

/** What all routes work with. */
interface Room extends TodoRoom, LikeRoom, OperationsRoom {
  readonly summaries: Summaries;
  /** Undefined where nobody asked for it. */
  readonly graphql: Graphql | undefined;
}

/** Builds the web application: the routes of the API and those for operating it. */
export function createApp(room: Room, metrics: Metrics, errors: ErrorLog, startStopwatch: StartStopwatch): Hono<Env> {
  const app = new Hono<Env>();
  const route = createRoute(metrics, errors, startStopwatch, room.drain);
  addTodoRoutes(app, route, room);
  addLikeRoutes(app, route, room);
  addSummaryRoute(app, route, room.summaries);
  if (room.graphql !== undefined) addGraphqlRoute(app, route, room.graphql, room.maxBodyBytes);
  addOperations(app, room);
  app.onError((error, c) => {
    errors.report(c.req.path, error);
    return toResponse(internalError());
  });
  return app;
}
