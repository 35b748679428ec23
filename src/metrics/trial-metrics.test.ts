import { describe, expect, it } from 'vitest';
import { backends, beside, measurement, openLoad, telemetry, timeline } from '../../test/fakes/records.ts';
import { defaultLoad } from '../model/load-profile.ts';
import type { Measurement } from '../model/measurement.ts';
import type { BesideTelemetry, Telemetry } from '../model/telemetry.ts';
import { metrics as catalogue } from './catalogue.ts';
import { trialMetrics, type RecordedTrial } from './trial-metrics.ts';

const counters = {
  http_requests_total: 20_000,
  db_queries_total: 5_000,
  cache_hits_total: 15_000,
  cache_misses_total: 5_000,
  cache_recomputes_total: 50,
  cache_operations_total: 16_000,
  cache_checked_total: 2_000,
  cache_outdated_total: 500,
  db_pool_wait_seconds_sum: 2,
  db_pool_wait_seconds_count: 1_000,
  db_pool_rejected_total: 3,
  db_pool_reclaimed_total: 4,
  db_reads_total: 4_000,
  db_reads_primary_total: 1_000,
  event_loop_active_seconds_total: 9,
  event_loop_idle_seconds_total: 1,
  nodejs_gc_seconds_total: 0.5,
};
/** Nothing of the system changes. */
const still = { ttlMs: undefined, peakAtMs: undefined, rollout: undefined };
/** The metrics of a trial of which nobody knows what was used. */
function metricsOf(
  recorded: Measurement,
  told: Telemetry,
  context: Pick<RecordedTrial, 'ttlMs' | 'peakAtMs' | 'rollout'> & Partial<Pick<RecordedTrial, 'acts'>>,
): Record<string, number> {
  const system = { resources: [], beside: [], acts: [], replicas: 1, changes: false, load: defaultLoad };
  return trialMetrics({ measurement: recorded, telemetry: told, ...system, ...context });
}

const database = { backends: backends({ db_rows_read_total: 40_000 }) };

describe('trialMetrics', () => {
  it('puts the client’s times in milliseconds and rates in seconds', () => {
    const metrics = metricsOf(measurement({ failed: 5_000, unfinished: 7 }), telemetry(), still);
    expect(metrics).toEqual({
      rps: 2_000,
      mean: 1.1,
      p50: 1,
      p90: 2,
      p95: 3,
      p99: 4,
      'p99.9': 5,
      max: 6,
      'p50.service': 1,
      'p90.service': 2,
      'p95.service': 3,
      'p99.service': 4,
      worst_second_p99: 4.5,
      requests: 20_000,
      responses: 20_000,
      errors: 5_000,
      error_rate: 0.2,
      unfinished: 7,
    });
  });

  it('divides what the server counted by the requests that it counted', () => {
    const metrics = metricsOf(measurement(), telemetry(counters, database), { ...still, ttlMs: 1_000 });
    expect(metrics).toMatchObject({
      queries_per_request: 0.25,
      rows_read_per_request: 2,
      cache_hit_rate: 0.75,
      cache_operations_per_request: 0.8,
      stale_rate: 0.25,
      recomputes: 50,
      recomputes_per_expiry: 5,
      pool_wait: 2,
      pool_rejected: 3,
      pool_reclaimed: 4,
      primary_reads: 0.25,
      smallest_share: 1,
      largest_share: 1,
      event_loop_utilisation: 0.9,
      gc_share: 0.05,
    });
  });

  it('takes the shares of a replica’s time from the measured time, without the idle time until the last scrape', () => {
    const sampled = timeline(
      {
        'app-1 event_loop_active_seconds_total': [null, 0.98, 1, 0.1],
        'app-1 event_loop_idle_seconds_total': [null, 0.02, 0, 0.9],
        'app-1 nodejs_gc_seconds_total': [null, 0.1, 0.3, 0],
      },
      7,
    );
    const metrics = metricsOf(measurement(), telemetry(counters, { timeline: sampled }), still);
    expect(metrics).toMatchObject({ event_loop_utilisation: 0.99, gc_share: 0.2 });
  });

  it('takes the mean of the looks at the lag in the measured time, and knows none where nobody told of one', () => {
    const looks = timeline({ 'backends db_replication_lag_seconds': [9, 0.2, null, 0.4] }, -1);
    expect(metricsOf(measurement(), telemetry({}, { timeline: looks }), still).replication_lag).toBeCloseTo(300);
    expect(metricsOf(measurement(), telemetry(), still)).not.toHaveProperty('replication_lag');
  });

  it('takes the rate from what came within the measured time, and the percentiles from all', () => {
    const late = measurement({ completed: 15_000, open: openLoad({ late: 5_000 }) });
    expect(metricsOf(late, telemetry(), still)).toMatchObject({ rps: 1_500, requests: 20_000 });
  });

  it('tells of open load what was due, what was sent, and the time from being sent', () => {
    const open = openLoad({ offered: 20_000, released: 16_000, dropped: 3_000, unsent: 7 });
    const { offered_rate, sent_rate, schedule_lag, dropped, unsent, ...others } = metricsOf(
      measurement({ open }),
      telemetry(),
      still,
    );
    expect({ offered_rate, sent_rate, schedule_lag, dropped, unsent }).toEqual({
      offered_rate: 2_000,
      sent_rate: 1_699.3,
      schedule_lag: 0.7,
      dropped: 3_000,
      unsent: 7,
    });
    expect(others).toMatchObject({ p99: 4, 'p50.service': 0.5, 'p90.service': 1, 'p99.service': 2 });
  });

  it('looks for the worst second in the measured time only', () => {
    const slice = { sent: 0, requests: 100, errors: 0, p50Us: 1, maxUs: 1 };
    const seconds = [-1, 0, 1, 2].map((second) => ({ ...slice, second, p99Us: second === 1 ? 5_000 : 1_000 }));
    const slow = [{ ...slice, second: -2, p99Us: 90_000 }, ...seconds, { ...slice, second: 3, p99Us: 80_000 }];
    const metrics = metricsOf(measurement({ timeline: slow, durationMs: 2_500 }), telemetry(), {
      ...still,
      ttlMs: 1,
    });
    expect(metrics.worst_second_p99).toBe(5);
  });

  it('tells how much of the pool was in use while it was measured', () => {
    const pools = timeline({ 'app-1 db_pool_in_use': [0, 10, 9, null], 'app-2 db_pool_in_use': [0, 5, 4, 4] }, -1);
    const replicas = ['app-1', 'app-2'].map((replica) => ({ replica, counters: {}, gauges: { db_pool_size: 10 } }));
    const metrics = metricsOf(measurement(), telemetry({}, { replicas, timeline: pools }), still);
    expect(metrics.pool_in_use).toBe(32 / 50);
  });

  it('tells how many queried at once, where that was most, by what all replicas told of a second of the measured time', () => {
    const told = timeline({ 'app-1 db_queries_most': [90, 10, 4, null], 'app-2 db_queries_most': [80, 5, 12, 50] });
    const replicas = ['app-1', 'app-2'].map((replica) => ({ replica, counters: {}, gauges: {} }));
    expect(metricsOf(measurement(), telemetry({}, { replicas, timeline: told }), still).peak_queries).toBe(16);
    expect(metricsOf(measurement(), telemetry(), still)).not.toHaveProperty('peak_queries');
  });

  it('tells how many waited for a lock while it was measured', () => {
    const looks = timeline({ 'backends db_locks_waiting': [90, 10, 4, null] }, -1);
    expect(metricsOf(measurement(), telemetry({}, { timeline: looks }), still).lock_waiters).toBe(7);
    expect(metricsOf(measurement(), telemetry(), still)).not.toHaveProperty('lock_waiters');
  });

  it('tells how many connections PostgreSQL had at the most, while it was measured', () => {
    const looks = timeline({ 'backends db_connections_serving': [90, 18, 20, null] }, -1);
    expect(metricsOf(measurement(), telemetry({}, { timeline: looks }), still).db_connections).toBe(20);
    const backends = { counters: {}, gauges: { db_connections_serving: 24 }, statements: [] };
    expect(metricsOf(measurement(), telemetry({}, { timeline: looks, backends }), still).db_connections).toBe(24);
    expect(metricsOf(measurement(), telemetry(), still)).not.toHaveProperty('db_connections');
  });

  it('tells what became of notifications: what had not gone out at the end is lost', () => {
    const said = (outstanding: number, values: (number | null)[]) => {
      const gauges = { notifications_outstanding: outstanding, notifications_twice: 3, notifications_repeated: 2 };
      const looks = timeline({ 'backends notifications_outstanding': values });
      const told = telemetry({}, { backends: { ...backends({}), gauges }, timeline: looks });
      const { notifications_lost, notifications_twice, notifications_repeated, backlog_peak, drain_time } = metricsOf(
        measurement(),
        told,
        still,
      );
      return [notifications_lost, notifications_twice, notifications_repeated, backlog_peak, drain_time];
    };
    expect(said(0, [0, 16, 90, null, 90, 40, 0, 0])).toEqual([0, 3, 2, 90, 2000]);
    expect(said(9, [0, 16, 90, 16, 9])).toEqual([9, 3, 2, 90, undefined]);
    // Nothing was ever late: there was nothing to drain.
    expect(said(0, [0, 0])).toEqual([0, 3, 2, 0, undefined]);
    expect(metricsOf(measurement(), telemetry(), still)).not.toHaveProperty('notifications_lost');
  });

  it('sums over replicas, but not what the one database counted for all', () => {
    const two = telemetry({}, { replicas: [1, 2].flatMap(() => telemetry(counters).replicas), ...database });
    const metrics = metricsOf(measurement(), two, { ...still, ttlMs: 1_000 });
    expect(metrics).toMatchObject({ recomputes: 100, queries_per_request: 0.25, rows_read_per_request: 1 });
  });

  it('tells how the requests were dealt out', () => {
    const [one] = telemetry({ http_requests_total: 900 }).replicas;
    const [other] = telemetry({ http_requests_total: 100 }).replicas;
    if (!one || !other) throw new Error('no replicas');
    const metrics = metricsOf(measurement(), telemetry({}, { replicas: [one, other] }), still);
    expect(metrics).toMatchObject({ smallest_share: 0.1, largest_share: 0.9 });
  });

  describe('of services beside what is tested', () => {
    const mailer = beside('mailer', [6_000, 2_000]);
    const prices = beside('prices', [40_000]);
    const metricsWith = (...services: readonly BesideTelemetry[]) =>
      metricsOf(measurement(), telemetry(counters, { beside: [...services] }), still);

    it('sets their requests against those that what is tested answered', () => {
      expect(metricsWith(mailer).calls_per_request).toBe(0.4);
      expect(metricsWith(mailer, prices).calls_per_request).toBe(2.4);
    });

    it('leaves what clients and replicas had as it is', () => {
      expect(metricsWith(mailer)).toMatchObject({ requests: 20_000, smallest_share: 1, largest_share: 1 });
    });

    it.each<[string, Partial<BesideTelemetry>]>([
      ['died', { lost: [{ replica: 'mailer-3', problem: 'it was killed' }] }],
      ['did not answer', { silent: [{ replica: 'mailer-3', problem: 'timed out' }] }],
      ['left', { left: ['mailer-2'] }],
    ])('has no part of them for all where a copy %s', (_, changes) => {
      expect(metricsWith(beside('mailer', [6_000, 2_000], changes), prices).calls_per_request).toBeUndefined();
    });

    it('has none where there are none, nor where what is tested does not count', () => {
      expect(metricsOf(measurement(), telemetry(counters), still).calls_per_request).toBeUndefined();
      const silent = telemetry({}, { beside: [mailer] });
      expect(metricsOf(measurement(), silent, still).calls_per_request).toBeUndefined();
    });
  });

  it('tells how many replicas there were at most, and how long it took from the peak of the load', () => {
    const scaled = (values: (number | null)[], peakAtMs?: number) => {
      const series = { timeline: timeline({ 'stack replicas': values }, 0.5) };
      const metrics = metricsOf(measurement(), telemetry({}, series), { ...still, peakAtMs });
      return [metrics.replicas_most, metrics.scale_out_time];
    };
    expect(scaled([1, 1, 2, 4, 3, 4], 2000)).toEqual([4, 1500]);
    expect(scaled([1, 1, 2, 4, 3, 4], undefined)).toEqual([4, undefined]);
    // It never rose, or it had risen before.
    expect(scaled([2, 1, 2], 1000)).toEqual([2, undefined]);
    expect(scaled([1, 2, 2, 2], 2000)).toEqual([2, undefined]);
  });

  it('tells how long a roll-out took', () => {
    const rollout = { beganMs: 5_010, endedMs: 17_510 };
    expect(metricsOf(measurement(), telemetry(), { ...still, rollout }).rollout_time).toBe(12_500);
  });

  it('takes as long to recover as after the act that took longest, if all are known', () => {
    const recovery = (...acts: RecordedTrial['acts']): number | undefined =>
      metricsOf(measurement(), telemetry(), { ...still, acts }).time_to_recover;
    const took = (ms: number) => ({ metrics: { time_to_recover: ms, errors: 1 } });
    expect(recovery(took(1000), took(4000))).toBe(4000);
    expect(recovery(took(1000), { metrics: {} })).toBeUndefined();
    expect(recovery()).toBeUndefined();
  });

  it('takes the hottest of all shards by what all replicas sent to it, and all rows that would move as a share of all there are', () => {
    const sent = (a: number, b: number) => ({
      shard_queries_total: a + b,
      'shard_queries_total{shard="a"}': a,
      'shard_queries_total{shard="b"}': b,
    });
    const replicas = [
      { replica: 'app-1', counters: sent(10, 60), gauges: {} },
      { replica: 'app-2', counters: sent(30, 0), gauges: {} },
    ];
    const gauges = {
      'shard_rows{shard="a"}': 150,
      'shard_rows{shard="b"}': 50,
      'shard_rows_moving{shard="a"}': 30,
      'shard_rows_moving{shard="b"}': 10,
    };
    const metrics = metricsOf(measurement(), telemetry({}, { replicas, backends: backends({}, gauges) }), still);
    expect(metrics).toMatchObject({ hottest_shard: 0.6, rows_to_move: 0.2 });
  });

  it('leaves out what is missing: no answers have no percentiles, no telemetry no counts', () => {
    const nothing = measurement({ requests: 0, failed: 0, sent: 0, statuses: {} });
    expect(metricsOf(nothing, telemetry({}, { replicas: [] }), { ...still, ttlMs: 1_000 })).toEqual({
      rps: 0,
      requests: 0,
      responses: 0,
      errors: 0,
      unfinished: 0,
    });
  });

  it('yields every metric of the catalogue', () => {
    const sharded = { ...counters, shard_queries_total: 1, 'shard_queries_total{shard="a"}': 1 };
    const replicas = [{ replica: 'app-1', counters: sharded, gauges: { db_pool_size: 2 } }];
    const looks = {
      'app-1 db_pool_in_use': [1, 1],
      'app-1 db_queries_most': [1, 2],
      'stack replicas': [1, 2],
      'backends db_locks_waiting': [1, 1],
      'backends db_connections_serving': [1, 1],
      'backends db_replication_lag_seconds': [0.1, 0.1],
      'backends notifications_outstanding': [1, 0],
      'backends projection_missing': [1, 0],
    };
    const gauges = {
      notifications_outstanding: 0,
      notifications_orphaned: 0,
      notifications_twice: 0,
      notifications_repeated: 0,
      projection_missing: 0,
      projection_extra: 0,
      projection_rebuild_ms: 1,
      'shard_rows{shard="a"}': 1,
      'shard_rows_moving{shard="a"}': 1,
    };
    const everything = telemetry(
      {},
      {
        backends: { ...database.backends, gauges },
        replicas,
        beside: [beside('mailer', [1])],
        timeline: timeline(looks),
      },
    );
    const context = { ttlMs: 1_000, peakAtMs: 0, rollout: { beganMs: 0, endedMs: 1 } };
    const names = Object.keys(metricsOf(measurement({ open: openLoad() }), everything, context));
    // The highest rate is found by several trials, a share of the answers is one only of a status that a claim names, and of what
    // was used, and done, nobody knows.
    expect(catalogue.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([
      'max_rps',
      'response_share',
      'cpu_per_request',
      'memory_end',
      'time_to_recover',
    ]);
  });
});
