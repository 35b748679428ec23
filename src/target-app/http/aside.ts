import { Hono } from 'hono';

import { json, toResponse } from './answers.ts';
import { prometheus } from './operations.ts';
import type { Drain, Env } from './route.ts';

/** Builds the web application of a service beside the app, with the routes by which it is watched and nothing else. */
export function createAsideApp(drain: Drain, scrape: () => Promise<string>): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/healthz', () => toResponse(json({ status: 'alive' })));
  app.get('/readyz', () =>
    toResponse(drain.draining ? json({ status: 'shutting down' }, 503) : json({ status: 'ready' })),
  );
  app.get('/metrics', async () => prometheus(await scrape()));
  return app;
}
