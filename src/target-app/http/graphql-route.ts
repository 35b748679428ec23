import type { Hono } from 'hono';

import type { Graphql } from '../graphql/graphql.ts';
import { tooLarge } from './answers.ts';
import { readText } from './input.ts';
import type { Env, Route } from './route.ts';

/** Adds the route of GraphQL: all that is asked of it is one route, so that its queries and its changes are counted as one. */
export function addGraphqlRoute(app: Hono<Env>, route: Route, graphql: Graphql, maxBodyBytes: number): void {
  app.post(
    '/graphql',
    route('POST /graphql', async (c, stopwatch) => {
      const body = await readText(c, maxBodyBytes);
      if (body === undefined) return tooLarge(maxBodyBytes);
      return graphql(body, c.req.header('content-type') ?? 'application/json', stopwatch);
    }),
  );
}
