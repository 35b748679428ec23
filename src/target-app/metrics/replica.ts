import { Counter, Gauge, Registry } from 'prom-client';

import type { Monitor } from '../database/monitor.ts';

/** What a replica knows once, however many workers it has. */
export interface ReplicaMetrics {
  registry: Registry;
  workerRestarts: Counter;
  /** Asks PostgreSQL for its own counts; what it does not tell is absent, not zero. */
  observe(): Promise<void>;
}

const STATISTICS = `
  SELECT (SELECT coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0)::float8
            FROM pg_stat_user_tables WHERE relname IN ('users', 'todos')) AS "rowsRead",
         (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()) AS connections,
         current_setting('max_connections')::int AS "maxConnections"`;

interface Statistics {
  rowsRead: number;
  connections: number;
  maxConnections: number;
}

/** Creates the metrics of a replica; `monitor` is its own connection to the database. */
export function createReplicaMetrics(monitor: Monitor): ReplicaMetrics {
  const registry = new Registry();
  const registers = [registry];
  const workerRestarts = new Counter({
    name: 'app_worker_restarts_total',
    help: 'Workers that died and were replaced. What they had counted is gone from the sums.',
    registers,
  });
  const rowsRead = new Counter({
    name: 'db_rows_read_total',
    help:
      "Rows that PostgreSQL read from the app's tables, for everyone, since its statistics began. " +
      'A busy connection reports to the statistics once a second; one that falls idle may take ten seconds.',
    registers,
  });
  const connections = new Gauge({
    name: 'db_connections',
    help: 'Connections to this database, of everyone; the one that asks is among them.',
    registers,
  });
  const maxConnections = new Gauge({
    name: 'db_max_connections',
    help: 'Connections that PostgreSQL allows.',
    registers,
  });

  return {
    registry,
    workerRestarts,
    async observe() {
      try {
        const [statistics] = await monitor.query<Statistics>({ name: 'statistics', text: STATISTICS });
        if (statistics === undefined) throw new Error('no row');
        rowsRead.reset();
        rowsRead.inc(statistics.rowsRead);
        connections.set(statistics.connections);
        maxConnections.set(statistics.maxConnections);
      } catch {
        for (const metric of [rowsRead, connections, maxConnections]) metric.remove();
      }
    },
  };
}
