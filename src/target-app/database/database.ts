import { performance } from 'node:perf_hooks';

import { DatabaseError, type ClientBase, type QueryResultRow } from 'pg';

import type { ErrorLog } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Settings } from '../settings.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { Admission } from './admission.ts';
import type { Lease } from './connection-source.ts';
import { leaking } from './leak.ts';
import { createLoans } from './loans.ts';
import { perRequest } from './per-request.ts';
import { pooled } from './pool.ts';
import { ConnectionRefusal } from './refusal.ts';

/** A query and the type of its rows; a named one is planned once a connection and then only executed. */
export interface Statement<Row extends QueryResultRow> {
  readonly name?: string;
  readonly text: string;
  /** Never set: it carries the type of a row. */
  readonly row?: Row;
}

/** One connection, for as long as it is lent. */
export interface Connection {
  query<Row extends QueryResultRow>(statement: Statement<Row>, values?: readonly unknown[]): Promise<Row[]>;
}

/** The database, as those see it who answer requests; whose time it takes is on the stopwatch. */
export interface Database {
  /** Lends a connection to `work`. @throws {ConnectionRefusal} when there is none to be had */
  lend<Result>(work: (connection: Connection) => Promise<Result>, stopwatch: Stopwatch): Promise<Result>;
  /** Lends a connection for one query. */
  query<Row extends QueryResultRow>(
    statement: Statement<Row>,
    values: readonly unknown[],
    stopwatch: Stopwatch,
  ): Promise<Row[]>;
  close(): Promise<void>;
}

/**
 * Opens the database: a gate that bounds who may wait and how long, and behind it a source of connections.
 * Every query and every wait is measured here.
 */
export function createDatabase(settings: Settings, metrics: Metrics, errors: ErrorLog): Database {
  const source = settings.CONNECTIONS === 'pool' ? pooled(settings, errors) : perRequest(settings, errors);
  const gate = new Admission(source.size, settings.POOL_QUEUE_LIMIT, settings.POOL_TIMEOUT_MS);
  const loans = createLoans(settings.POOL_RECLAIM_AFTER_MS, metrics);
  const hand = settings.POOL_LEAK_EVERY > 0 ? leaking(settings.POOL_LEAK_EVERY) : (lease: Lease) => lease;
  metrics.poolSize.inc(Number.isFinite(source.size) ? source.size : 0);

  async function connect(stopwatch: Stopwatch): Promise<Lease> {
    const askedAt = performance.now();
    stopwatch.begin('pool');
    metrics.poolWaiting.inc();
    try {
      await gate.enter();
      try {
        const lease = await source.take();
        metrics.poolWait.observe((performance.now() - askedAt) / 1e3);
        return hand(loans.lend(lease, () => gate.leave()));
      } catch (error) {
        gate.leave();
        throw error;
      }
    } catch (error) {
      const refusal = ConnectionRefusal.from(error);
      if (refusal === undefined) throw error;
      metrics.poolRejected.inc({ reason: refusal.reason });
      throw refusal;
    } finally {
      metrics.poolWaiting.dec();
      stopwatch.end('pool');
    }
  }

  function measuredConnection(client: ClientBase, stopwatch: Stopwatch): Connection {
    return {
      async query<Row extends QueryResultRow>({ name, text }: Statement<Row>, values: readonly unknown[] = []) {
        const sentAt = performance.now();
        stopwatch.begin('db');
        try {
          const named = name !== undefined && source.reuses;
          const query = named ? { name, text, values: [...values] } : { text, values: [...values] };
          return (await client.query<Row>(query)).rows;
        } finally {
          stopwatch.end('db');
          // Counted when it has ended, as requests are: of what is in flight at a scrape, neither is.
          metrics.queries.inc();
          metrics.queryDuration.observe((performance.now() - sentAt) / 1e3);
        }
      },
    };
  }

  async function lend<Result>(
    work: (connection: Connection) => Promise<Result>,
    stopwatch: Stopwatch,
  ): Promise<Result> {
    const lease = await connect(stopwatch);
    let broken: Error | undefined;
    try {
      return await work(measuredConnection(lease.client, stopwatch));
    } catch (error) {
      if (breaksConnection(error)) broken = error;
      throw error;
    } finally {
      lease.giveBack(broken);
    }
  }

  const database: Database = {
    lend: (work, stopwatch) => metrics.queriesUnderWay.during(() => lend(work, stopwatch)),
    query: (statement, values, stopwatch) =>
      database.lend((connection) => connection.query(statement, values), stopwatch),
    close() {
      loans.recall();
      return source.end();
    },
  };
  return database;
}

/** A statement that PostgreSQL turned down leaves the connection as good as before; anything else may not. */
function breaksConnection(error: unknown): error is Error {
  return error instanceof DatabaseError ? error.severity === 'FATAL' : error instanceof Error;
}
