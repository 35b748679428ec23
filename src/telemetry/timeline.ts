import type { TelemetryTimeline } from '../model/telemetry.ts';
import type { Snapshot } from './snapshot.ts';

/** What one source said. */
export interface Told {
  /** When its answer was there, in seconds from the start of the measured time: a busy one takes its time. */
  readonly second: number;
  readonly snapshot: Snapshot;
}

/** What everything that was asked at one moment said; undefined for what did not answer. */
export interface Moment {
  /** When it was asked, from the start of the measured time. */
  readonly second: number;
  /** By replica, or `backends`. */
  readonly told: ReadonlyMap<string, Told | undefined>;
  /** What services beside what is tested said, by service and then by copy; left out where there is none. */
  readonly beside?: ReadonlyMap<string, Moment['told']>;
}

/** Counters whose rise per second is kept, and gauges; of all others only the beginning and the end. */
const counters = [
  'http_requests_total',
  'db_queries_total',
  'db_pool_wait_seconds_sum',
  'cache_hits_total',
  'cache_misses_total',
  'cache_recomputes_total',
  'event_loop_active_seconds_total',
  'event_loop_idle_seconds_total',
  'nodejs_gc_seconds_total',
  'process_cpu_seconds_total',
  'db_transactions_total',
  'db_blocks_hit_total',
  'db_blocks_read_total',
  'db_temp_bytes_total',
  'redis_hits_total',
  'redis_misses_total',
  'redis_evictions_total',
];
const gauges = [
  'db_pool_in_use',
  'db_pool_waiting',
  'db_queries_most',
  'event_loop_lag_seconds{quantile="0.99"}',
  'process_resident_memory_bytes',
  'db_connections',
  'db_connections_serving',
  'db_locks_waiting',
  'db_replication_lag_seconds',
  'notifications_outstanding',
  'projection_missing',
  'redis_memory_bytes',
];

/** The name of what database and cache say, among the replicas. */
export const backends = 'backends';

/** Every replica that was asked at some moment. */
export function replicasIn(moments: readonly Moment[]): readonly string[] {
  const sources = new Set(moments.flatMap(({ told }) => [...told.keys()]));
  return [...sources].filter((source) => source !== backends);
}

/** Something that was asked at every moment. */
interface Source {
  readonly source: string;
  /** Of a copy of a service beside what is tested, that service. */
  readonly service?: string;
  /** What it said at a moment; undefined where it did not answer. */
  readonly told: (moment: Moment) => Told | undefined;
}

/** Everything that was asked: replicas and `backends` first, then what runs beside them. */
function sourcesIn(moments: readonly Moment[]): readonly Source[] {
  const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)];
  const services = distinct(moments.flatMap(({ beside }) => [...(beside?.keys() ?? [])]));
  return [
    ...distinct(moments.flatMap(({ told }) => [...told.keys()])).map((source) => ({
      source,
      told: (moment: Moment) => moment.told.get(source),
    })),
    ...services.flatMap((service) => {
      const copies = distinct(moments.flatMap(({ beside }) => [...(beside?.get(service)?.keys() ?? [])]));
      return copies.map((source) => ({
        source,
        service,
        told: ({ beside }: Moment) => beside?.get(service)?.get(source),
      }));
    }),
  ];
}

/**
 * The samples as series, one a source and metric; a value is null where the source did not answer, and `up` is 1 where it did. Those of the `stack` are
 * how many replicas did.
 */
export function timelineOf(moments: readonly Moment[]): TelemetryTimeline {
  const replicas = replicasIn(moments);
  const answered = { source: 'stack', name: 'replicas', values: moments.map((moment) => answeredIn(moment, replicas)) };
  const series = sourcesIn(moments).flatMap(({ told: toldAt, ...source }) => {
    const told = moments.map(toldAt);
    return [
      ...counters.map((name) => ({ ...source, name, values: ratesOf(told, name) })),
      ...gauges.map((name) => ({ ...source, name, values: gaugesOf(told, name) })),
      // Of one that tells only counters there is no value where they fell, although it answered.
      { ...source, name: 'up', values: told.map((said) => (said === undefined ? null : 1)) },
    ];
  });
  return {
    seconds: moments.map(({ second }) => rounded(second)),
    series: [
      ...(replicas.length === 0 ? [] : [answered]),
      ...series.filter(({ values }) => values.some((value) => value !== null)),
    ],
  };
}

function answeredIn({ told }: Moment, replicas: readonly string[]): number {
  return replicas.filter((replica) => told.get(replica) !== undefined).length;
}

/** The rise per second since the moment before: none at the first, nor after a silence or a new start. */
function ratesOf(told: readonly (Told | undefined)[], name: string): (number | null)[] {
  return told.map((now, index) => {
    const before = told[index - 1];
    const value = now?.snapshot.counters[name];
    const valueBefore = before?.snapshot.counters[name];
    if (!now || !before || value === undefined || valueBefore === undefined || value < valueBefore) return null;
    return rounded((value - valueBefore) / Math.max(now.second - before.second, 0.001));
  });
}

function gaugesOf(told: readonly (Told | undefined)[], name: string): (number | null)[] {
  return told.map((said) => {
    const value = said?.snapshot.gauges[name];
    return value === undefined ? null : rounded(value);
  });
}

/** Four digits are more than a sample a second can mean, and less to write than sixteen. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
