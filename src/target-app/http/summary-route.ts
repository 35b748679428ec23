import type { Hono } from 'hono';

import type { Summaries } from '../summaries/summary.ts';
import { json, notFound } from './answers.ts';
import { readId } from './input.ts';
import type { Env, Route } from './route.ts';

/** Adds the route that a user's first page asks. */
export function addSummaryRoute(app: Hono<Env>, route: Route, summaries: Summaries): void {
  app.get(
    '/users/:id/summary',
    route('GET /users/:id/summary', async (c, stopwatch) => {
      const id = readId(c.req.param('id'));
      if ('refusal' in id) return id.refusal;
      const summary = await summaries(id.value, stopwatch);
      return summary === undefined ? notFound('user') : json(summary);
    }),
  );
}
