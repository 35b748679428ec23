import { Counter, Gauge, Histogram, Registry } from 'prom-client';

import { refusalReasons } from '../database/refusal.ts';
import { HighWater } from './high-water.ts';

/** Coarse on purpose: a histogram of the server's is for telling where time goes, the client measures how long. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** How many requests of a route were answered with a status since the last scrape. */
interface Answered {
  readonly labels: { readonly route: string; readonly status: string };
  count: number;
}

/** What every server of this program tells of itself. */
export type ServerMetrics = ReturnType<typeof createServerMetrics>;

/** Every metric of one process of the app. The names are a contract with those who scrape. */
export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Adds the metrics of a server to `registry`, all at zero: its requests, and what its process uses.
 * `aggregator` says how the values of several workers become one; where none is given they are added up.
 */
export function createServerMetrics(registry: Registry) {
  const { registers, counter, gauge, seconds } = kindsIn(registry);

  const answered: Answered[] = [];
  new Counter({
    name: 'http_requests_total',
    help: 'Requests answered. Not counted: /healthz, /readyz and /metrics.',
    labelNames: ['route', 'status'],
    registers,
    collect() {
      for (const each of answered) {
        this.inc(each.labels, each.count);
        each.count = 0;
      }
    },
  });

  return {
    /** What to count requests on, as a plain number: a counter looks up its labels each time, every request would pay for it. */
    answered(route: string, status: number): { count: number } {
      const requests = { labels: { route, status: String(status) }, count: 0 };
      answered.push(requests);
      return requests;
    },
    requestDuration: seconds('http_request_duration_seconds', 'From the start of a handler to its answer.'),

    loopActive: counter('event_loop_active_seconds_total', 'Time in which the event loop was busy.'),
    loopIdle: counter('event_loop_idle_seconds_total', 'Time in which the event loop waited.'),
    loopLag: new Gauge({
      name: 'event_loop_lag_seconds',
      help: 'How late a 10 ms timer fired, since the last scrape; of several workers the worst.',
      labelNames: ['quantile'],
      aggregator: 'max',
      registers,
    }),
    residentMemory: gauge('process_resident_memory_bytes', 'Memory that the process occupies.'),
    heapUsed: gauge('nodejs_heap_size_used_bytes', 'Heap in use by JavaScript.'),
    gcSeconds: counter('nodejs_gc_seconds_total', 'Time in which the garbage collector held up everything else.'),
    gcPauses: counter('nodejs_gc_pauses_total', 'Times that it did.'),
    cpu: counter('process_cpu_seconds_total', 'Processor time, user and system.'),
  };
}

/** Creates the metrics of one process of the app, all at zero. */
export function createMetrics() {
  const registry = new Registry();
  const { registers, counter, gauge, seconds } = kindsIn(registry);

  const poolRejected = new Counter({
    name: 'db_pool_rejected_total',
    help: 'Requests that got no connection.',
    labelNames: ['reason'],
    registers,
  });
  const queriesUnderWay = new HighWater();
  new Gauge({
    name: 'db_queries_most',
    help: 'The most requests at once that queried or waited for a connection, since the last scrape.',
    registers,
    collect() {
      this.set(queriesUnderWay.take());
    },
  });
  const shardQueries = new Counter({
    name: 'shard_queries_total',
    help: 'Queries sent for requests to each of the shards.',
    labelNames: ['shard'],
    registers,
  });
  // What never happened is zero, and not missing.
  for (const reason of refusalReasons) poolRejected.inc({ reason }, 0);

  return {
    registry,
    ...createServerMetrics(registry),

    queriesUnderWay,
    queries: counter('db_queries_total', 'Queries sent for requests.'),
    /** What counts the queries to one shard: from zero, also where there are none. */
    shardQueries(shard: string): { inc(): void } {
      shardQueries.inc({ shard }, 0);
      return shardQueries.labels({ shard });
    },
    reads: counter('db_reads_total', 'Times that it was chosen which database answers a read.'),
    readsAtPrimary: counter('db_reads_primary_total', 'Those of them that were sent to the primary.'),
    queryDuration: seconds('db_query_duration_seconds', 'From sending a query to its answer.'),
    poolSize: gauge(
      'db_pool_size',
      'Connections allowed at once, to all databases; 0: not limited (a connection per request).',
    ),
    poolInUse: gauge('db_pool_in_use', 'Connections that a request holds now.'),
    poolWaiting: gauge('db_pool_waiting', 'Requests that wait for a connection now.'),
    poolWait: seconds('db_pool_wait_seconds', 'From asking for a connection to having it, for every one handed out.'),
    poolRejected,
    poolReclaimed: counter('db_pool_reclaimed_total', 'Connections that were out for too long, and taken back.'),

    cacheHits: counter('cache_hits_total', 'Reads answered from the cache, stale answers included.'),
    cacheMisses: counter('cache_misses_total', 'Reads not answered from the cache. Hits and misses add up to reads.'),
    cacheStale: counter('cache_stale_total', 'Hits whose answer was stale.'),
    cacheRecomputes: counter('cache_recomputes_total', 'Times that a value was computed, whatever the reason.'),
    cacheRecomputeDuration: seconds('cache_recompute_duration_seconds', 'How long computing a value took.'),
    cacheOperations: counter(
      'cache_operations_total',
      'Commands sent to Redis for values; those of checks are left out.',
    ),
    cacheChecked: counter('cache_checked_total', 'Answers that were held against what writers had been told before.'),
    cacheOutdated: counter('cache_outdated_total', 'Those of them that were older.'),
    cacheErrors: counter('cache_errors_total', 'Calls of the cache that failed, and failed recomputes in background.'),

    notificationsSent: counter(
      'notifications_sent_total',
      'Notifications that were handed on: whoever took them has said so.',
    ),
    notificationsFailed: counter(
      'notifications_failed_total',
      'Notifications of which that is not known; nobody tries again.',
    ),
  };
}

function kindsIn(registry: Registry) {
  const registers = [registry];
  return {
    registers,
    counter: (name: string, help: string) => new Counter({ name, help, registers }),
    gauge: (name: string, help: string) => new Gauge({ name, help, registers }),
    seconds: (name: string, help: string) => new Histogram({ name, help, registers, buckets: SECONDS }),
  };
}
