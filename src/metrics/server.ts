import type { Telemetry } from '../model/telemetry.ts';
import { isWhole, ratio, requestsOf, shares, sum, total } from './counters.ts';
import type { MeasuredTrial, Metric } from './metric.ts';
import { measuredValues, poolSamples } from './timeline.ts';

const msPerSecond = 1000;
const server = { unit: 'count', kind: 'counted', side: 'server', better: 'lower' } as const;

/** Requests are the ones that the replicas say they answered, so that both sides of a ratio are one clock's. */
function answered(telemetry: Telemetry): number | undefined {
  return total(telemetry, 'http_requests_total');
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}

function most(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

type Counters = Telemetry['replicas'][number]['counters'];

/** How long a replica's event loop was watched: busy and idle together. */
function loopSeconds(counters: Counters): number | undefined {
  return sum(counters.event_loop_active_seconds_total, counters.event_loop_idle_seconds_total);
}

/**
 * A share of each replica's time, where it is highest: of the samples of the measured time, where there are any. What was
 * counted until the last scrape has the idle time after the load in it, which is long on a busy machine.
 */
function highestShare({ telemetry, measurement }: MeasuredTrial, counter: string): number | undefined {
  const shareOfEach = telemetry.replicas.flatMap(({ replica, counters }) => {
    const rates = (name: string) => measuredValues(telemetry.timeline, measurement, replica, name);
    const active = rates('event_loop_active_seconds_total');
    const idle = rates('event_loop_idle_seconds_total');
    const sampled = rates(counter).flatMap((rate, index) => {
      const whole = sum(active[index] ?? undefined, idle[index] ?? undefined);
      return rate === null || whole === undefined ? [] : [{ rate, whole }];
    });
    const of = (value: 'rate' | 'whole'): number => sampled.reduce((all, sample) => all + sample[value], 0);
    return ratio(of('rate'), of('whole')) ?? ratio(counters[counter], loopSeconds(counters)) ?? [];
  });
  return most(shareOfEach);
}

/** What database, cache and requests came to, by what was counted at the server. */
const work: readonly Metric[] = [
  {
    ...server,
    name: 'queries_per_request',
    title: 'queries/req',
    fromTarget: true,
    description: 'SQL queries of the application per request that it answered.',
    of: ({ telemetry }) => ratio(total(telemetry, 'db_queries_total'), answered(telemetry)),
  },
  {
    ...server,
    name: 'rows_read_per_request',
    title: 'rows/req',
    counts: 'part',
    description:
      'Table rows that PostgreSQL read per request, by its own statistics, which lag by a second, or ten for a connection that falls idle.',
    of: ({ telemetry }) => ratio(telemetry.backends?.counters.db_rows_read_total, answered(telemetry)),
  },
  {
    ...server,
    name: 'cache_hit_rate',
    title: 'hit rate',
    unit: 'ratio',
    better: 'higher',
    fromTarget: true,
    description: 'Cache hits as a share of cache reads.',
    of: ({ telemetry }) => {
      const hits = total(telemetry, 'cache_hits_total');
      return ratio(hits, sum(hits, total(telemetry, 'cache_misses_total')));
    },
  },
  {
    ...server,
    name: 'stale_rate',
    title: 'stale',
    unit: 'ratio',
    description:
      'Answers that were older than a write acknowledged before they were asked for, as a share of those that were checked.',
    of: ({ telemetry }) => ratio(total(telemetry, 'cache_outdated_total'), total(telemetry, 'cache_checked_total')),
  },
  {
    ...server,
    name: 'smallest_share',
    title: 'least share',
    unit: 'ratio',
    better: 'higher',
    counts: 'part',
    fromTarget: true,
    ofSeveral: true,
    description: 'Share of the requests that went to the replica with the fewest; of a service, to that copy of it.',
    of: ({ telemetry }) => least(shares(telemetry.replicas)),
    ofBeside: (service) => (isWhole(service) ? least(shares(service.copies)) : undefined),
  },
  {
    ...server,
    name: 'largest_share',
    title: 'most share',
    unit: 'ratio',
    counts: 'part',
    fromTarget: true,
    ofSeveral: true,
    description: 'Share of the requests that went to the replica with the most; of a service, to that copy of it.',
    of: ({ telemetry }) => most(shares(telemetry.replicas)),
    ofBeside: (service) => (isWhole(service) ? most(shares(service.copies)) : undefined),
  },
  {
    ...server,
    name: 'recomputes',
    title: 'recomputes',
    counts: 'sum',
    fromTarget: true,
    description: 'How often a cached value was computed anew.',
    of: ({ telemetry }) => total(telemetry, 'cache_recomputes_total'),
  },
  {
    ...server,
    name: 'recomputes_per_expiry',
    title: 'recomp/exp',
    counts: 'sum',
    description: 'Recomputes per time to live that passed in the measured time.',
    of: ({ telemetry, measurement, ttlMs }) => {
      return ratio(
        total(telemetry, 'cache_recomputes_total'),
        ttlMs === undefined ? undefined : measurement.durationMs / ttlMs,
      );
    },
  },
];

/** What the services beside what is tested were asked for it, by what was counted at both. */
const calls: readonly Metric[] = [
  {
    ...server,
    name: 'calls_per_request',
    title: 'calls/req',
    counts: 'part',
    fromTarget: true,
    besideOnly: true,
    description:
      'Requests that services beside the tested one answered, per request that it answered itself; those of one of them as `calls_per_request(service=mailer)`.',
    of: ({ telemetry }) => {
      const { beside = [] } = telemetry;
      if (beside.length === 0) return undefined;
      const calls = beside.reduce<number | undefined>((all, service) => sum(all, requestsOf(service)), 0);
      return ratio(calls, answered(telemetry));
    },
    ofBeside: (service, { telemetry }) => ratio(requestsOf(service), answered(telemetry)),
  },
];

/** How the replicas' pools of connections and their event loops fared. */
const strain: readonly Metric[] = [
  {
    ...server,
    name: 'pool_wait',
    title: 'pool wait',
    unit: 'ms',
    kind: 'timed',
    description: 'Mean time that a query waited for a database connection.',
    of: ({ telemetry }) => {
      const waits = total(telemetry, 'db_pool_wait_seconds_count');
      const seconds = ratio(total(telemetry, 'db_pool_wait_seconds_sum'), waits);
      return seconds === undefined ? undefined : seconds * msPerSecond;
    },
  },
  {
    ...server,
    name: 'pool_rejected',
    title: 'rejected',
    counts: 'sum',
    fromTarget: true,
    description: 'Requests that got no database connection: queue full, timed out, too many clients.',
    of: ({ telemetry }) => total(telemetry, 'db_pool_rejected_total'),
  },
  {
    ...server,
    name: 'pool_reclaimed',
    title: 'reclaimed',
    counts: 'sum',
    description: 'Connections that a pool took back, as they were out for longer than it allows.',
    of: ({ telemetry }) => total(telemetry, 'db_pool_reclaimed_total'),
  },
  {
    ...server,
    name: 'pool_in_use',
    title: 'pool use',
    unit: 'ratio',
    kind: 'timed',
    description: 'Mean share of the pool’s connections that were in use, looked at once a second.',
    of: ({ telemetry, measurement }) => {
      const samples = poolSamples(telemetry, measurement);
      const all = (value: 'inUse' | 'size'): number => samples.reduce((whole, sample) => whole + sample[value], 0);
      return ratio(all('inUse'), all('size'));
    },
  },
  {
    ...server,
    name: 'lock_waiters',
    title: 'lock waiters',
    kind: 'timed',
    description: 'Connections that waited for a lock of PostgreSQL, on average, looked at once a second.',
    of: ({ telemetry, measurement }) => {
      const looks = measuredValues(telemetry.timeline, measurement, 'backends', 'db_locks_waiting');
      const known = looks.filter((value) => value !== null);
      return ratio(
        known.reduce((whole, value) => whole + value, 0),
        known.length,
      );
    },
  },
  {
    ...server,
    name: 'event_loop_utilisation',
    title: 'loop busy',
    unit: 'ratio',
    kind: 'timed',
    description: 'Share of time that the busiest replica’s event loop was busy.',
    of: (trial) => highestShare(trial, 'event_loop_active_seconds_total'),
  },
  {
    ...server,
    name: 'gc_share',
    title: 'GC',
    unit: 'ratio',
    kind: 'timed',
    description: 'Share of time that collecting garbage took, in the replica where it took most.',
    of: (trial) => highestShare(trial, 'nodejs_gc_seconds_total'),
  },
];

/** What replicas, database and cache said of themselves. */
export const told: readonly Metric[] = [...work, ...calls, ...strain];
