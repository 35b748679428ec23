import { describe, expect, it } from 'vitest';
import { measurement, telemetry, timeline } from '../../test/fakes/records.ts';
import { oneRequest } from '../load/testing/jobs.ts';
import type { Telemetry } from '../result.ts';
import { annotationsOf } from './annotations.ts';

const slice = { sent: 100, requests: 100, errors: 0, p50Us: 1000, p99Us: 2000, maxUs: 3000 };
const cold = measurement({ timeline: [0, 1, 2].map((second) => ({ ...slice, second })) });
const warm = measurement({ timeline: [-2, -1, 0, 1].map((second) => ({ ...slice, second })) });

const hot = oneRequest({}, { todo: { kind: 'hot', key: 1 } });

/** What happened, as "second: text". */
const told = (series: Record<string, (number | null)[]>, changes: Partial<Telemetry> = {}, from = 0, ttlMs?: number) =>
  annotationsOf(cold, telemetry({ cache_hits_total: 9 }, { timeline: timeline(series, from), ...changes }), {
    ttlMs,
    workload: hot,
  }).map(({ second, text }) => `${second}: ${text}`);

describe('annotationsOf', () => {
  it('says when the warm-up was over, where there was one', () => {
    expect(annotationsOf(cold, telemetry(), { ttlMs: undefined, workload: hot })).toEqual([]);
    expect(annotationsOf(warm, telemetry(), { ttlMs: undefined, workload: hot })).toEqual([
      { second: 0, text: 'warm-up over' },
    ]);
  });

  it('says when a key expired, and how often all replicas together computed it', () => {
    const recomputes = {
      'app-1 cache_recomputes_total': [null, 0, 0, 70, 3, 0, 1],
      'app-2 cache_recomputes_total': [null, 0, 0, 5, 0, 0, 0],
    };
    expect(told(recomputes, {}, 0, 2_000)).toEqual(['2: key expired: 75 recomputes', '5: key expired: 1 recompute']);
    expect(told(recomputes, {}, 0, undefined)).toEqual([]);
  });

  it('takes filling an empty cache for no expiry', () => {
    const fills = { 'app-1 cache_recomputes_total': [null, 0, 9, 0, 4, 0, 0] };
    expect(told(fills, {}, 0, 60_000)).toEqual([]);
    expect(told(fills, {}, 0, 4_000)).toEqual(['3: key expired: 4 recomputes']);
  });

  it('sums up what happens all the time', () => {
    const often = Array.from({ length: 14 }, (_, index) => (index % 2 === 0 ? 0 : 10 + index));
    expect(told({ 'app-1 cache_recomputes_total': often }, {}, 0, 2_000)).toEqual([
      '2: keys expired in 6 seconds from here on: 13 to 23 recomputes each',
    ]);
    const always = { 'app-1 cache_recomputes_total': [null, 2, 2, 2, 2, 2, 2] };
    expect(told(always, {}, 0, 500)).toEqual(['0: keys expired in 6 seconds from here on: 2 recomputes each']);
    expect(told(always, {}, 0, 3_000)).toEqual([]);
  });

  it('knows of no expiry where there is no cache', () => {
    const { replicas } = telemetry({ cache_hits_total: 0 });
    expect(told({ 'app-1 cache_recomputes_total': [null, 2, 0, 2] }, { replicas }, 0, 500)).toEqual([]);
  });

  it('says when a replica was lost, when the last of it was heard', () => {
    const series = { 'app-1 db_pool_in_use': [1, 1, 1, 1], 'app-2 db_pool_in_use': [1, 1, null, null] };
    const lost = [{ replica: 'app-2', problem: 'it was killed by SIGKILL' }];
    expect(told(series, { lost })).toEqual(['2: app-2 was lost: it was killed by SIGKILL']);
  });

  it('says when a replica that restarted fell silent', () => {
    const series = { 'app-2 db_pool_in_use': [1, null, 1, 1], 'app-2 db_queries_total': [null, null, null, 8] };
    const lost = [{ replica: 'app-2', problem: 'it restarted: its counters started anew' }];
    expect(told(series, { lost })).toEqual(['1: app-2 was lost: it restarted: its counters started anew']);
  });

  it('says when a replica did not answer, and for how long', () => {
    const series = {
      'app-1 db_pool_in_use': [null, 1, null, null, 1, null],
      'backends db_connections': [null, 3, null, null, null, null],
    };
    expect(told(series)).toEqual(['2: app-1 did not answer for 2 s', '5: app-1 did not answer any more']);
  });
});
