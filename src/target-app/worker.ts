import { createCache } from './cache/cache.ts';
import { createDatabase, type Database } from './database/database.ts';
import type { Monitor } from './database/monitor.ts';
import { createReads } from './database/reads.ts';
import { openShards } from './database/shards.ts';
import { standbySettings } from './database/standbys.ts';
import type { Graphql } from './graphql/graphql.ts';
import { createApp } from './http/app.ts';
import type { Drain } from './http/route.ts';
import type { ErrorLog } from './log.ts';
import { createBackendsScrape } from './metrics/backends.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createCreation } from './notifications/creation.ts';
import { startRelay } from './notifications/relay.ts';
import { createSender } from './notifications/sender.ts';
import { openWay } from './notifications/ways.ts';
import { createOwnWrites } from './own-writes.ts';
import { listen, type Listening } from './server.ts';
import type { Settings } from './settings.ts';
import { orElse } from './summaries/summary.ts';
import type { Projection } from './summaries/projection.ts';
import { createStopwatches } from './timing/stopwatch.ts';
import { createStored, openStored } from './todos/stored.ts';

/** What a worker gets from the replica that it is part of. */
export interface WorkerParts {
  readonly errors: ErrorLog;
  readonly metrics: Metrics;
  readonly monitor: Monitor;
  /** The metrics of the whole replica, up to date. */
  readonly scrape: () => Promise<string>;
}

/** Starts a worker. Neither PostgreSQL nor Redis need to be there yet: until they are, it is alive and not ready. */
export async function startWorker(settings: Settings, parts: WorkerParts): Promise<Listening> {
  const { errors, metrics, monitor, scrape } = parts;
  const drain: Drain = { draining: false };
  const database = createDatabase(settings, metrics, errors);
  const readable = settings.READS_FROM === 'primary' ? [] : standbySettings(settings);
  const standbys = readable.map((of) => createDatabase(of, metrics, errors));
  const cache = createCache(settings, metrics, errors);
  const shards = openShards(settings, metrics, errors);
  const primary = openStored(database, shards, settings);
  const { todos, likes, summaries: tables } = primary;
  const ownWrites = createOwnWrites(metrics);
  const others = standbys.map((standby) => createStored(standby, settings));
  const reads = createReads(settings, primary, others, ownWrites, metrics);
  const way = await openWay(settings, database, errors);
  const sender = createSender(way, metrics, errors);
  const create = createCreation(settings, todos, sender);
  const relay =
    way && settings.NOTIFICATIONS_ORDER === 'outbox' ? startRelay(database, way, metrics, errors) : undefined;
  const projection = await projectionOf(settings, errors);
  const summaries = projection === undefined ? tables : orElse(projection.of, tables);
  // Whoever reads the events of a projection sends no mails.
  const toldFrom = way && projection === undefined ? settings.SEED_TODOS + 1 : undefined;
  const scrapeBackends = createBackendsScrape(monitor, cache, projection, toldFrom, shards);
  const graphql = await openGraphql(database, settings, parts);
  const api = {
    create,
    todos,
    likes,
    reads,
    ownWrites,
    graphql,
    summaries,
    cache,
    maxBodyBytes: settings.MAX_BODY_BYTES,
  };
  const room = { ...api, monitor, drain, scrape, scrapeBackends };
  const app = createApp(room, metrics, errors, createStopwatches(settings.SERVER_TIMING));

  // In the reverse order of use: the background work of notifications and of the cache may still query.
  const release = async (): Promise<void> => {
    await relay?.close();
    await sender.close();
    await projection?.close();
    await cache.close();
    await Promise.all([...[database, ...standbys, monitor].map((each) => each.close()), shards?.close()]);
  };

  return listen(app.fetch, settings, drain, release);
}

/** What summaries are read from, where that is not the tables. */
async function projectionOf(settings: Settings, errors: ErrorLog): Promise<Projection | undefined> {
  if (settings.SUMMARIES === 'tables' || settings.REDIS_URL === undefined) return undefined;
  const { openProjection } = await import('./summaries/projection.ts');
  return openProjection(settings.REDIS_URL, errors);
}

/** GraphQL is loaded only where the settings ask for it: it brings along more than a megabyte of others. */
async function openGraphql(
  database: Database,
  { GRAPHQL: way }: Settings,
  { metrics, errors }: WorkerParts,
): Promise<Graphql | undefined> {
  if (way === 'off') return undefined;
  const { createGraphql } = await import('./graphql/graphql.ts');
  return createGraphql(database, way, metrics, errors);
}
