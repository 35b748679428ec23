import type { Hono } from 'hono';

import type { Cache } from '../cache/cache.ts';
import { within } from '../deadline.ts';
import type { Monitor } from '../database/monitor.ts';
import { describe } from '../errors.ts';
import { json, toResponse } from './answers.ts';
import type { Drain, Env } from './route.ts';

const READY_WITHIN_MS = 1000;
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What those who operate the app may ask for. */
export interface OperationsRoom {
  readonly monitor: Monitor;
  readonly cache: Cache;
  readonly drain: Drain;
  /** The metrics of the whole replica, as Prometheus reads them. */
  readonly scrape: () => Promise<string>;
  /** What the database and the cache say of themselves, likewise. */
  readonly scrapeBackends: () => Promise<string>;
}

/** Adds the routes for orchestrators and scrapers. They are not counted as requests. */
export function addOperations(app: Hono<Env>, { monitor, cache, drain, scrape, scrapeBackends }: OperationsRoom): void {
  // Alive: does no I/O, because no restart of this process would repair a database.
  app.get('/healthz', () => toResponse(json({ status: 'alive' })));

  // Ready: whether a balancer should send requests here.
  app.get('/readyz', async () => {
    if (drain.draining) return toResponse(json({ status: 'shutting down' }, 503));
    const [database, answer] = await Promise.all([
      state('database', monitor.query({ text: 'SELECT 1' })),
      cache.redis === undefined ? 'none' : state('cache', cache.redis.ping()),
    ]);
    const ready = database === 'ok' && (answer === 'ok' || cache.redis === undefined);
    const status = ready ? 'ready' : 'not ready';
    return toResponse(json({ status, database, cache: answer }, ready ? 200 : 503));
  });

  app.get('/metrics', async () => prometheus(await scrape()));
  app.get('/metrics/backends', async () => prometheus(await scrapeBackends()));
}

/** The answer to a scrape. */
export function prometheus(text: string): Response {
  return new Response(text, { headers: { 'content-type': METRICS_TYPE } });
}

async function state(what: string, answer: Promise<unknown>): Promise<string> {
  try {
    await within(READY_WITHIN_MS, what, answer);
    return 'ok';
  } catch (error) {
    return describe(error);
  }
}
