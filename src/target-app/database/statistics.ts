import { MONITOR, type Monitor } from './monitor.ts';

/** What PostgreSQL says of this database and its server, since its statistics began or right now. */
export interface Statistics {
  committed: number;
  rolledBack: number;
  blocksHit: number;
  blocksRead: number;
  rowsRead: number;
  tempFiles: number;
  tempBytes: number;
  deadlocks: number;
  locksWaiting: number;
  connections: number;
  connectionsActive: number;
  connectionsServing: number;
  maxConnections: number;
  /** How long ago a standby that follows was where this server is, of several the last one; null where none tells. */
  replicationLagSeconds: number | null;
  /** Whether it counts each statement: its module is loaded, and its view is here. */
  countsStatements: boolean;
}

/** All that the calls of one statement came to. */
export interface StatementStatistics {
  /** On one line, cut at 200 characters; constants are replaced by $1, $2 and so on. */
  statement: string;
  calls: number;
  seconds: number;
}

const STATISTICS = `
  SELECT xact_commit::float8 AS committed, xact_rollback::float8 AS "rolledBack",
         blks_hit::float8 AS "blocksHit", blks_read::float8 AS "blocksRead",
         temp_files::float8 AS "tempFiles", temp_bytes::float8 AS "tempBytes", deadlocks::float8 AS deadlocks,
         (SELECT coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0)::float8
            FROM pg_stat_user_tables WHERE relname IN ('users', 'todos', 'todo_likes')) AS "rowsRead",
         activity.*,
         current_setting('max_connections')::int AS "maxConnections",
         (SELECT extract(epoch FROM max(replay_lag))::float8 FROM pg_stat_replication WHERE state = 'streaming')
           AS "replicationLagSeconds",
         current_setting('pg_stat_statements.max', true) IS NOT NULL
           AND to_regclass('pg_stat_statements') IS NOT NULL AS "countsStatements"
  FROM pg_stat_database,
       (SELECT count(*)::int AS connections,
               count(*) FILTER (WHERE state = 'active' AND application_name <> '${MONITOR}')::int AS "connectionsActive",
               count(*) FILTER (WHERE backend_type = 'client backend' AND application_name <> '${MONITOR}')::int
                 AS "connectionsServing",
               count(*) FILTER (WHERE wait_event_type = 'Lock')::int AS "locksWaiting"
          FROM pg_stat_activity WHERE datname = current_database()) AS activity
  WHERE datname = current_database()`;

/** Grouped, because the same text may be there several times: of several users, or longer than what is shown. */
const SLOWEST = `
  SELECT left(btrim(regexp_replace(query, '\\s+', ' ', 'g')), 200) AS statement,
         sum(calls)::float8 AS calls, sum(total_exec_time) / 1e3 AS seconds
  FROM pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND strpos(query, '${MONITOR}') = 0
  GROUP BY 1 ORDER BY seconds DESC LIMIT 10`;

/** Asks all of these databases for their statistics, and adds them up. */
export async function readAllStatistics(monitors: readonly Monitor[]): Promise<Statistics> {
  const all = await Promise.all(monitors.map(readStatistics));
  return all.reduce((sum, each) => ({
    committed: sum.committed + each.committed,
    rolledBack: sum.rolledBack + each.rolledBack,
    blocksHit: sum.blocksHit + each.blocksHit,
    blocksRead: sum.blocksRead + each.blocksRead,
    rowsRead: sum.rowsRead + each.rowsRead,
    tempFiles: sum.tempFiles + each.tempFiles,
    tempBytes: sum.tempBytes + each.tempBytes,
    deadlocks: sum.deadlocks + each.deadlocks,
    locksWaiting: sum.locksWaiting + each.locksWaiting,
    connections: sum.connections + each.connections,
    connectionsActive: sum.connectionsActive + each.connectionsActive,
    connectionsServing: sum.connectionsServing + each.connectionsServing,
    maxConnections: sum.maxConnections + each.maxConnections,
    replicationLagSeconds: sum.replicationLagSeconds ?? each.replicationLagSeconds,
    countsStatements: sum.countsStatements && each.countsStatements,
  }));
}

async function readStatistics(monitor: Monitor): Promise<Statistics> {
  const [statistics] = await monitor.query<Statistics>({ name: 'statistics', text: STATISTICS });
  if (statistics === undefined) throw new Error('no statistics of this database');
  return statistics;
}

/**
 * The ten statements that took the most time in all these databases, as far as they are among the ten of each; the monitors' own are
 * left out. Fails where they are not counted.
 */
export async function readSlowestStatements(monitors: readonly Monitor[]): Promise<StatementStatistics[]> {
  const told = monitors.map((monitor) => monitor.query<StatementStatistics>({ name: 'slowest', text: SLOWEST }));
  const sums = new Map<string, StatementStatistics>();
  for (const { statement, calls, seconds } of (await Promise.all(told)).flat()) {
    const sum = sums.get(statement) ?? { statement, calls: 0, seconds: 0 };
    sums.set(statement, { statement, calls: sum.calls + calls, seconds: sum.seconds + seconds });
  }
  return [...sums.values()].toSorted((one, other) => other.seconds - one.seconds).slice(0, 10);
}
