/** What a metric's number is counted in. Times are milliseconds; a ratio of 0.01 prints as 1%. */
export type MetricUnit = 'ms' | 'per-second' | 'ratio' | 'count';

/** Timed evidence is noisy, counted evidence is not. */
export type MetricKind = 'timed' | 'counted';

/** One number that a trial yields, as expectations, reports and documentation know it. */
export interface Metric {
  readonly name: string;
  /** The heading of its column. */
  readonly title: string;
  readonly unit: MetricUnit;
  readonly kind: MetricKind;
  /** Which direction is good news, for marking the best variant. */
  readonly better: 'higher' | 'lower';
  readonly description: string;
}

const timed = (name: string, title: string, description: string): Metric => ({
  name,
  title,
  unit: 'ms',
  kind: 'timed',
  better: 'lower',
  description,
});

const counted = (
  name: string,
  title: string,
  description: string,
  unit: MetricUnit = 'count',
  better: Metric['better'] = 'lower',
): Metric => ({ name, title, unit, kind: 'counted', better, description });

/** Every metric there is, in the order in which documentation lists them. */
export const metrics: readonly Metric[] = [
  {
    name: 'rps',
    title: 'RPS',
    unit: 'per-second',
    kind: 'timed',
    better: 'higher',
    description: 'Correct answers per second of measured time.',
  },
  timed('mean', 'mean', 'Mean latency of the correct answers.'),
  timed('p50', 'p50', 'Median latency of the correct answers.'),
  timed('p90', 'p90', '90th percentile of latency.'),
  timed('p95', 'p95', '95th percentile of latency.'),
  timed('p99', 'p99', '99th percentile of latency.'),
  timed('p99.9', 'p99.9', '99.9th percentile of latency.'),
  timed('max', 'max', 'The slowest correct answer.'),
  timed('worst_second_p99', 'worst p99/s', 'The highest p99 that any one second of the measured time had.'),
  counted('requests', 'requests', 'Correct answers.', 'count', 'higher'),
  counted('errors', 'errors', 'Requests that failed: wrong status or body, refused, reset, timed out.'),
  counted('error_rate', 'error rate', 'Errors as a share of all requests that ended.', 'ratio'),
  counted('unfinished', 'unfinished', 'Requests that were still in flight when the measured time ended.'),
  counted('queries_per_request', 'queries/req', 'SQL queries of the application per request that it answered.'),
  counted('rows_read_per_request', 'rows/req', 'Table rows that PostgreSQL read per request (its own statistics).'),
  counted('cache_hit_rate', 'hit rate', 'Cache hits as a share of cache reads.', 'ratio', 'higher'),
  counted('recomputes', 'recomputes', 'How often a cached value was computed anew.'),
  counted('recomputes_per_expiry', 'recomp/expiry', 'Recomputes per time to live that passed in the measured time.'),
  timed('pool_wait', 'pool wait', 'Mean time that a query waited for a database connection.'),
  counted(
    'pool_rejected',
    'rejected',
    'Requests that got no database connection: queue full, timed out, too many clients.',
  ),
  counted(
    'event_loop_utilisation',
    'loop busy',
    'Share of time that the busiest replica’s event loop was busy.',
    'ratio',
  ),
];

const byName = new Map(metrics.map((metric) => [metric.name, metric]));

/** The metric of that name, if there is one. */
export function findMetric(name: string): Metric | undefined {
  return byName.get(name);
}
