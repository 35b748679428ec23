/** What a metric's number is counted in. Times are milliseconds; a ratio of 0.01 prints as 1%; bytes print as KiB, MiB and so on. */
export type MetricUnit = 'ms' | 'per-second' | 'ratio' | 'count' | 'bytes';

/** One number that a trial yields, as expectations, reports and documentation know it. */
export interface Metric {
  readonly name: string;
  /** The heading of its column. */
  readonly title: string;
  readonly unit: MetricUnit;
  /** Timed evidence is noisy, counted evidence is not. */
  readonly kind: 'timed' | 'counted';
  /**
   * Whom it tells of: the server as clients see it, the server as it sees itself (missing where the replicas tell nothing),
   * or the load generator, and then it holds whatever the generator's state.
   */
  readonly side: 'client' | 'server' | 'generator';
  /** Which direction is good news, for marking the best variant. */
  readonly better: 'higher' | 'lower';
  readonly description: string;
  /** Whether it can be narrowed to a status. */
  readonly byStatus?: true;
  /** Whether it can be narrowed to one request of the workload. */
  readonly byRequest?: true;
  /** Whether it is what the target used by its platform's account, and can be narrowed to one service. */
  readonly byService?: true;
  /** Whether it can be narrowed to one act. */
  readonly byAct?: true;
}

const latency = { unit: 'ms', kind: 'timed', side: 'client', better: 'lower' } as const;
const latencyOfEach = { ...latency, byRequest: true } as const;
const outcome = { unit: 'count', kind: 'counted', side: 'client', better: 'lower', byRequest: true } as const;
const open = { unit: 'count', kind: 'counted', side: 'generator', better: 'lower' } as const;
const server = { unit: 'count', kind: 'counted', side: 'server', better: 'lower' } as const;
const used = { kind: 'timed', side: 'server', better: 'lower', byService: true } as const;

/** Every metric there is, in the order in which documentation lists them. */
export const metrics: readonly Metric[] = [
  {
    name: 'rps',
    title: 'RPS',
    unit: 'per-second',
    kind: 'timed',
    side: 'client',
    better: 'higher',
    byRequest: true,
    description: 'Right answers per second of measured time.',
  },
  {
    name: 'max_rps',
    title: 'max RPS',
    unit: 'per-second',
    kind: 'timed',
    side: 'client',
    better: 'higher',
    description:
      'A search: the highest rate that was confirmed to keep the objective; 0 where none was, missing where noise hid it.',
  },
  { ...latencyOfEach, name: 'mean', title: 'mean', description: 'Mean latency of the right answers.' },
  { ...latencyOfEach, name: 'p50', title: 'p50', description: 'Median latency of the right answers.' },
  { ...latencyOfEach, name: 'p90', title: 'p90', description: '90th percentile of latency.' },
  { ...latencyOfEach, name: 'p95', title: 'p95', description: '95th percentile of latency.' },
  { ...latencyOfEach, name: 'p99', title: 'p99', description: '99th percentile of latency.' },
  { ...latencyOfEach, name: 'p99.9', title: 'p99.9', description: '99.9th percentile of latency.' },
  { ...latencyOfEach, name: 'max', title: 'max', description: 'The slowest right answer.' },
  {
    ...latency,
    name: 'worst_second_p99',
    title: 'worst p99',
    description: 'The highest p99 that any one second of the measured time had.',
  },
  { ...outcome, name: 'requests', title: 'requests', better: 'higher', description: 'Right answers.' },
  {
    ...outcome,
    name: 'responses',
    title: 'responses',
    better: 'higher',
    byStatus: true,
    description: 'Answers, right or not; those with one status as `responses(status=503)` or `responses(status=5xx)`.',
  },
  {
    ...outcome,
    name: 'response_share',
    title: 'share',
    unit: 'ratio',
    better: 'higher',
    byStatus: true,
    description: 'Answers with one status as a share of all answers: `response_share(status=429)`.',
  },
  {
    ...outcome,
    name: 'errors',
    title: 'errors',
    byAct: true,
    description:
      'Requests that failed: wrong status or body, refused, reset, timed out. Behind one act, those until clients were served as before: `errors(act=kill-app)`.',
  },
  {
    ...outcome,
    name: 'error_rate',
    title: 'error rate',
    unit: 'ratio',
    description: 'Errors as a share of the requests that ended.',
  },
  {
    ...outcome,
    name: 'unfinished',
    title: 'unfinished',
    description: 'Requests still in flight when the measured time, and the waiting after it, ended.',
  },
  {
    ...open,
    name: 'offered_rate',
    title: 'offered',
    unit: 'per-second',
    better: 'higher',
    description: 'Open load: requests due per second of measured time.',
  },
  {
    ...open,
    name: 'sent_rate',
    title: 'sent',
    unit: 'per-second',
    kind: 'timed',
    better: 'higher',
    description: 'Open load: requests per second that were sent, of those that were due in the measured time.',
  },
  {
    ...open,
    name: 'schedule_lag',
    title: 'sched lag',
    unit: 'ms',
    kind: 'timed',
    description: 'Open load: how late the generator was at p99.',
  },
  {
    ...open,
    name: 'dropped',
    title: 'dropped',
    byRequest: true,
    description: 'Open load: requests never sent, as the most that may be in flight were.',
  },
  {
    ...open,
    name: 'unsent',
    title: 'unsent',
    byRequest: true,
    description: 'Open load: requests that still waited for a connection at the end.',
  },
  ...['p50', 'p90', 'p95', 'p99'].flatMap((name) => [
    {
      ...latency,
      name: `${name}.response`,
      title: `${name} response`,
      description: `Open load: ${name} of the response time, from the moment of being due.`,
    },
    {
      ...latency,
      name: `${name}.service`,
      title: `${name} service`,
      description: `${name} of the service time, from being sent: of open load without the wait before it.`,
    },
  ]),
  {
    ...server,
    name: 'queries_per_request',
    title: 'queries/req',
    description: 'SQL queries of the application per request that it answered.',
  },
  {
    ...server,
    name: 'rows_read_per_request',
    title: 'rows/req',
    description:
      'Table rows that PostgreSQL read per request, by its own statistics, which lag by a second, or ten for a connection that falls idle.',
  },
  {
    ...server,
    name: 'cache_hit_rate',
    title: 'hit rate',
    unit: 'ratio',
    better: 'higher',
    description: 'Cache hits as a share of cache reads.',
  },
  {
    ...server,
    name: 'smallest_share',
    title: 'least share',
    unit: 'ratio',
    better: 'higher',
    description: 'Share of the requests that went to the replica with the fewest.',
  },
  {
    ...server,
    name: 'largest_share',
    title: 'most share',
    unit: 'ratio',
    description: 'Share of the requests that went to the replica with the most.',
  },
  { ...server, name: 'recomputes', title: 'recomputes', description: 'How often a cached value was computed anew.' },
  {
    ...server,
    name: 'recomputes_per_expiry',
    title: 'recomp/exp',
    description: 'Recomputes per time to live that passed in the measured time.',
  },
  {
    ...server,
    name: 'pool_wait',
    title: 'pool wait',
    unit: 'ms',
    kind: 'timed',
    description: 'Mean time that a query waited for a database connection.',
  },
  {
    ...server,
    name: 'pool_rejected',
    title: 'rejected',
    description: 'Requests that got no database connection: queue full, timed out, too many clients.',
  },
  {
    ...server,
    name: 'pool_in_use',
    title: 'pool use',
    unit: 'ratio',
    kind: 'timed',
    description: 'Mean share of the pool’s connections that were in use, looked at once a second.',
  },
  {
    ...server,
    name: 'event_loop_utilisation',
    title: 'loop busy',
    unit: 'ratio',
    kind: 'timed',
    description: 'Share of time that the busiest replica’s event loop was busy.',
  },
  {
    ...server,
    name: 'gc_share',
    title: 'GC',
    unit: 'ratio',
    kind: 'timed',
    description: 'Share of time that collecting garbage took, in the replica where it took most.',
  },
  {
    ...used,
    name: 'cpu_per_request',
    title: 'CPU/req',
    unit: 'ms',
    description: 'CPU time that all copies of the target used, per right answer of the same time.',
  },
  {
    ...used,
    name: 'memory_end',
    title: 'memory',
    unit: 'bytes',
    description: 'Memory that all copies of the target had at the end of the measured time.',
  },
  {
    ...server,
    name: 'replicas_most',
    title: 'most replicas',
    better: 'higher',
    description: 'The most replicas that answered at once, looked at once a second.',
  },
  {
    ...server,
    name: 'scale_out_time',
    title: 'scale-out',
    unit: 'ms',
    kind: 'timed',
    description:
      'Autoscaling: time from the start of the stage with the highest rate (without stages, of the measured time) until the most replicas served.',
  },
  {
    ...latency,
    name: 'time_to_recover',
    title: 'recovery',
    byAct: true,
    description:
      'From an act until clients were served as before it, in whole seconds of the measured time; of several acts the longest.',
  },
  {
    ...server,
    name: 'rollout_time',
    title: 'roll-out',
    unit: 'ms',
    kind: 'timed',
    description: 'Time from when a new version began to roll out until the last old replica was gone.',
  },
];

const byName = new Map(metrics.map((metric) => [metric.name, metric]));

/** The metric of that name, if there is one. */
export function findMetric(name: string): Metric | undefined {
  return byName.get(name);
}
