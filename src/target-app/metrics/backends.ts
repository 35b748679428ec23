import { Counter, Gauge, Registry } from 'prom-client';

import type { Cache } from '../cache/cache.ts';
import { numbersIn } from '../cache/info.ts';
import type { Monitor } from '../database/monitor.ts';
import { createMoves } from '../database/moves.ts';
import type { Shards } from '../database/shards.ts';
import { readAllStatistics, readSlowestStatements } from '../database/statistics.ts';
import { within } from '../deadline.ts';
import type { Projection } from '../summaries/projection.ts';
import { compare } from '../summaries/tally.ts';
import { readTally } from '../notifications/tally.ts';

const REDIS_WITHIN_MS = 1000;

/** One sample of a metric. */
interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Adds a metric to a scrape: a counter if its name says so, else a gauge. */
type Tell = (name: string, help: string, samples: number | readonly Sample[] | undefined) => void;

/**
 * Creates the scrape of what PostgreSQL and Redis say of themselves: of everything that they have done for everyone, since
 * their statistics began. What cannot be told is absent, not zero; why is for /readyz to say.
 * @param projection that of the summaries; undefined where there is none
 * @param toldFrom the id from which on users are to hear of todos; undefined where they hear of none
 * @param shards further databases: what these say is added up with what the one says
 */
export function createBackendsScrape(
  monitor: Monitor,
  cache: Cache,
  projection: Projection | undefined,
  toldFrom: number | undefined,
  shards?: Shards,
): () => Promise<string> {
  const monitors = [monitor, ...(shards?.monitors ?? [])];
  const moves = shards === undefined ? undefined : createMoves(shards);
  return async () => {
    const registry = new Registry(); // a new one each time: what was told before and is not now has to be gone
    const tell: Tell = (name, help, told = []) => {
      const samples: readonly Sample[] = typeof told === 'number' ? [{ value: told }] : told;
      const [first] = samples;
      if (first === undefined) return;
      const labelNames = Object.keys(first.labels ?? {});
      const Kind = name.endsWith('_total') ? Counter : Gauge;
      const metric = new Kind({ name, help, labelNames, registers: [registry] });
      for (const { labels = {}, value } of samples) metric.inc(labels, value);
    };
    // One after the other: they have one connection.
    const database = tellDatabases(monitors, tell)
      // What could not be told is absent.
      .catch(() => undefined)
      .then(() => tellNotifications(monitor, toldFrom, tell))
      .then(() => tellProjection(monitor, projection, tell))
      .then(() => tellMoves(moves, tell));
    await Promise.allSettled([database, tellCache(cache.redis, tell)]);
    return registry.metrics();
  };
}

async function tellDatabases(monitors: readonly Monitor[], tell: Tell): Promise<void> {
  const statistics = await readAllStatistics(monitors);
  tell('db_transactions_total', 'Transactions that ended; those of monitors are among them.', [
    { labels: { outcome: 'committed' }, value: statistics.committed },
    { labels: { outcome: 'rolled_back' }, value: statistics.rolledBack },
  ]);
  tell('db_blocks_hit_total', 'Blocks that PostgreSQL found in its own buffers.', statistics.blocksHit);
  tell('db_blocks_read_total', 'Blocks that it asked the operating system for.', statistics.blocksRead);
  const lag = 'A busy connection reports to the statistics once a second; one that falls idle may take ten seconds.';
  tell('db_rows_read_total', `Rows read from the app's tables. ${lag}`, statistics.rowsRead);
  tell('db_temp_files_total', 'Files for what did not fit into memory, of sorts and the like.', statistics.tempFiles);
  tell('db_temp_bytes_total', 'Bytes written to those.', statistics.tempBytes);
  tell('db_deadlocks_total', 'Deadlocks.', statistics.deadlocks);
  tell('db_locks_waiting', 'Connections that wait for a lock now.', statistics.locksWaiting);
  tell('db_connections', 'Connections to this database; the one that asks is among them.', statistics.connections);
  tell('db_connections_active', 'Those that run a query now; monitors left out.', statistics.connectionsActive);
  tell('db_connections_serving', 'Those that serve requests: monitors left out.', statistics.connectionsServing);
  tell('db_max_connections', 'Connections that PostgreSQL allows.', statistics.maxConnections);
  tell(
    'db_replication_lag_seconds',
    'From a write here to its having been done by the last of the standbys.',
    statistics.replicationLagSeconds ?? undefined,
  );
  if (!statistics.countsStatements) return;

  const slowest = await readSlowestStatements(monitors);
  tell(
    'db_statement_seconds_total',
    'Time in each of the ten statements that took the most.',
    slowest.map(({ statement, seconds }) => ({ labels: { statement }, value: seconds })),
  );
  tell(
    'db_statement_calls_total',
    'Calls of those statements.',
    slowest.map(({ statement, calls }) => ({ labels: { statement }, value: calls })),
  );
}

async function tellNotifications(monitor: Monitor, toldFrom: number | undefined, tell: Tell): Promise<void> {
  if (toldFrom === undefined) return;
  const { outstanding, orphaned, twice, repeated } = await readTally(monitor, toldFrom);
  tell('notifications_outstanding', 'Todos that were created, and of which no mail has gone out yet.', outstanding);
  tell('notifications_orphaned', 'Mails about todos that there are not.', orphaned);
  tell('notifications_twice', 'Mails about something of which one had gone out before.', twice);
  tell(
    'notifications_repeated',
    'Times that a notification came which the inbox in a table had, and dropped.',
    repeated,
  );
}

async function tellProjection(monitor: Monitor, projection: Projection | undefined, tell: Tell): Promise<void> {
  if (projection === undefined) return;
  const { missing, extra } = await within(3 * REDIS_WITHIN_MS, 'the projection', compare(monitor, projection));
  tell('projection_missing', 'Todos that were created, and that the projection does not have yet.', missing);
  tell('projection_extra', 'Todos that it has counted beyond those that there are.', extra);
  tell(
    'projection_repeated',
    'Events that came again, and changed nothing.',
    await within(REDIS_WITHIN_MS, 'Redis', projection.repeated()),
  );
  const rebuildMs = await within(REDIS_WITHIN_MS, 'Redis', projection.rebuildMs());
  if (rebuildMs !== undefined)
    tell(
      'projection_rebuild_ms',
      'How long it took, the last time, to be made of all events that there were.',
      rebuildMs,
    );
}

async function tellMoves(moves: ReturnType<typeof createMoves> | undefined, tell: Tell): Promise<void> {
  if (moves === undefined) return;
  const counted = await moves();
  const of = (value: 'rows' | 'moving') =>
    counted.map((each) => ({ labels: { shard: each.shard }, value: each[value] }));
  tell('shard_rows', 'Users and todos in each shard, counted once a minute at the most.', of('rows'));
  tell('shard_rows_moving', 'Those of them that would be in another one if there were one shard more.', of('moving'));
}

async function tellCache(redis: Cache['redis'], tell: Tell): Promise<void> {
  if (redis === undefined) return;
  const numbers = numbersIn(await within(REDIS_WITHIN_MS, 'Redis', redis.info()));
  tell('redis_hits_total', 'Keys that were looked up and found.', numbers.get('keyspace_hits'));
  tell('redis_misses_total', 'Keys that were looked up and not found.', numbers.get('keyspace_misses'));
  tell('redis_evictions_total', 'Keys that had to go for want of memory.', numbers.get('evicted_keys'));
  tell(
    'redis_commands_total',
    'Commands; those that ask for this are among them.',
    numbers.get('total_commands_processed'),
  );
  tell('redis_memory_bytes', 'Memory that Redis has allocated.', numbers.get('used_memory'));
  tell('redis_clients', 'Connections to Redis.', numbers.get('connected_clients'));
}
