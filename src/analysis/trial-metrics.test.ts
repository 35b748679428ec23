import { describe, expect, it } from 'vitest';
import { measurement, telemetry } from '../../test/fakes/records.ts';
import { findMetric } from '../metrics.ts';
import { trialMetrics } from './trial-metrics.ts';

const counters = {
  http_requests_total: 20_000,
  db_queries_total: 5_000,
  db_rows_read_total: 40_000,
  cache_hits_total: 15_000,
  cache_misses_total: 5_000,
  cache_recomputes_total: 50,
  db_pool_wait_seconds_sum: 2,
  db_pool_wait_seconds_count: 1_000,
  db_pool_rejected_total: 3,
  event_loop_active_seconds_total: 9,
  event_loop_idle_seconds_total: 1,
};

describe('trialMetrics', () => {
  it('puts the client’s times in milliseconds and rates in seconds', () => {
    const metrics = trialMetrics(measurement({ failed: 5_000, unfinished: 7 }), telemetry(), { ttlMs: undefined });
    expect(metrics).toEqual({
      rps: 2_000,
      mean: 1.1,
      p50: 1,
      p90: 2,
      p95: 3,
      p99: 4,
      'p99.9': 5,
      max: 6,
      worst_second_p99: 4.5,
      requests: 20_000,
      errors: 5_000,
      error_rate: 0.2,
      unfinished: 7,
    });
  });

  it('divides what the server counted by the requests that it counted', () => {
    const metrics = trialMetrics(measurement(), telemetry(counters), { ttlMs: 1_000 });
    expect(metrics).toMatchObject({
      queries_per_request: 0.25,
      rows_read_per_request: 2,
      cache_hit_rate: 0.75,
      recomputes: 50,
      recomputes_per_expiry: 5,
      pool_wait: 2,
      pool_rejected: 3,
      smallest_share: 1,
      largest_share: 1,
      event_loop_utilisation: 0.9,
    });
  });

  it('sums over replicas, but not what the one database counted for all', () => {
    const two = { replicas: [...telemetry(counters).replicas, ...telemetry(counters).replicas], lost: [], silent: [] };
    const metrics = trialMetrics(measurement(), two, { ttlMs: 1_000 });
    expect(metrics).toMatchObject({ recomputes: 100, queries_per_request: 0.25, rows_read_per_request: 1 });
  });

  it('tells how the requests were dealt out', () => {
    const [one] = telemetry({ http_requests_total: 900 }).replicas;
    const [other] = telemetry({ http_requests_total: 100 }).replicas;
    if (!one || !other) throw new Error('no replicas');
    const metrics = trialMetrics(measurement(), { replicas: [one, other], lost: [], silent: [] }, { ttlMs: undefined });
    expect(metrics).toMatchObject({ smallest_share: 0.1, largest_share: 0.9 });
  });

  it('leaves out what is missing: no answers have no percentiles, no telemetry no counts', () => {
    const nothing = measurement({ requests: 0, failed: 0, sent: 0 });
    expect(trialMetrics(nothing, { replicas: [], lost: [], silent: [] }, { ttlMs: 1_000 })).toEqual({
      rps: 0,
      requests: 0,
      errors: 0,
      unfinished: 0,
    });
  });

  it('yields no metric that the catalogue does not know', () => {
    const names = Object.keys(trialMetrics(measurement(), telemetry(counters), { ttlMs: 1_000 }));
    expect(names.filter((name) => !findMetric(name))).toEqual([]);
  });
});
