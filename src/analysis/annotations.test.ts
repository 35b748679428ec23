import { describe, expect, it } from 'vitest';
import { beside, measurement, telemetry, timeline } from '../../test/fakes/records.ts';
import type { Telemetry } from '../model/telemetry.ts';
import { oneRequest } from '../worker/testing/jobs.ts';
import { annotationsOf } from './annotations.ts';

const slice = { sent: 100, requests: 100, errors: 0, p50Us: 1000, p99Us: 2000, maxUs: 3000 };
const cold = measurement({ timeline: [0, 1, 2].map((second) => ({ ...slice, second })) });
const warm = measurement({ timeline: [-2, -1, 0, 1].map((second) => ({ ...slice, second })) });

const hot = oneRequest({}, { todo: { kind: 'hot', key: 1 } });

/** Nothing of the system changes. */
const still = { ttlMs: undefined, workload: hot, changes: false, acts: [] };

/** What happened, as "second: text". */
const told = (series: Record<string, (number | null)[]>, changes: Partial<Telemetry> = {}, from = 0, ttlMs?: number) =>
  annotationsOf(cold, telemetry({ cache_hits_total: 9 }, { timeline: timeline(series, from), ...changes }), {
    ...still,
    ttlMs,
  }).map(({ second, text }) => `${second}: ${text}`);

describe('annotationsOf', () => {
  it('says when the warm-up was over, where there was one', () => {
    expect(annotationsOf(cold, telemetry(), still)).toEqual([]);
    expect(annotationsOf(warm, telemetry(), still)).toEqual([{ second: 0, text: 'warm-up over' }]);
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

  it('says the same of services beside what is tested, of which one may be called as anything', () => {
    const series = {
      'app-1 up': [1, 1, 1, 1],
      'mailer-1 up mailer': [1, 1, null, null],
      'mailer-2 up mailer': [1, null, 1, 1],
      'mailer-3 up mailer': [1, null, null, null],
      'backends up backends': [1, 1, 1, null],
    };
    const lost = [{ replica: 'mailer-1', problem: 'it was killed by SIGKILL' }];
    expect(told(series, { beside: [beside('mailer', [], { lost, left: ['mailer-3'] })] })).toEqual([
      '1: mailer-2 did not answer for 1 s',
      '2: mailer-1 was lost: it was killed by SIGKILL',
      '3: backends did not answer any more',
    ]);
  });

  it('takes what they compute for no expiry of the cache', () => {
    expect(told({ 'mailer-1 cache_recomputes_total mailer': [null, 0, 0, 70] }, {}, 0, 2_000)).toEqual([]);
  });

  it('says when a replica that restarted fell silent', () => {
    const series = { 'app-2 db_pool_in_use': [1, null, 1, 1], 'app-2 db_queries_total': [null, null, null, 8] };
    const lost = [{ replica: 'app-2', problem: 'it restarted: its counters started anew' }];
    expect(told(series, { lost })).toEqual(['1: app-2 was lost: it restarted: its counters started anew']);
  });

  it('takes one that answered for no silent one, though its counters fell', () => {
    const series = { 'target-1 http_requests_total': [null, 30, null, 40], 'target-1 up': [1, 1, 1, 1] };
    expect(told(series)).toEqual([]);
  });

  it('says when a replica did not answer, and for how long', () => {
    const series = {
      'app-1 db_pool_in_use': [null, 1, null, null, 1, null],
      'backends db_connections': [null, 3, null, null, null, null],
    };
    expect(told(series)).toEqual(['2: app-1 did not answer for 2 s', '5: app-1 did not answer any more']);
  });

  it('says of a replica that left as it may nothing but how many are left', () => {
    const series = { 'stack replicas': [2, 1], 'app-1 db_pool_in_use': [1, 1], 'app-2 db_pool_in_use': [1, null] };
    const gone = telemetry({}, { timeline: timeline(series), left: ['app-2'] });
    expect(annotationsOf(cold, gone, { ...still, changes: true })).toEqual([{ second: 1, text: '1 replica serves' }]);
  });

  it('says how many replicas serve where that changes, as it may', () => {
    const series = { 'stack replicas': [1, 1, 3, 3, 2] };
    expect(told(series)).toEqual([]);
    const changing = (values: number[]) =>
      annotationsOf(cold, telemetry({}, { timeline: timeline({ 'stack replicas': values }, 0.2) }), {
        ...still,
        changes: true,
      });
    expect(changing([1, 1, 3, 3, 2])).toEqual([
      { second: 2, text: '3 replicas serve' },
      { second: 4, text: '2 replicas serve' },
    ]);
    expect(changing([2, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3])).toEqual([
      { second: 2, text: '2 to 3 replicas serve from here on, with 11 changes' },
    ]);
  });

  it('says when a roll-out began and ended', () => {
    const words = { text: 'a new version begins to roll out', over: 'the roll-out is over: every replica is new' };
    const flush = { beganMs: 6_000, endedMs: 6_100, text: 'redis is flushed' };
    const acts = [{ beganMs: 5_001.3, endedMs: 17_460, ...words }, flush];
    expect(annotationsOf(cold, telemetry(), { ...still, acts })).toEqual([
      { second: 5, text: 'a new version begins to roll out' },
      { second: 6, text: 'redis is flushed' },
      { second: 17.5, text: 'the roll-out is over: every replica is new' },
    ]);
  });

  it('says what the platform tells of, unless that is how a replica was lost', () => {
    const oom = {
      second: 2,
      copy: 'app-2',
      kind: 'out-of-memory',
      text: 'was killed at its memory limit',
      times: 2,
    } as const;
    const happenings = { told: [oom] };
    expect(told({}, { happenings })).toEqual(['2: app-2 was killed at its memory limit (2 times)']);
    const series = { 'app-2 db_pool_in_use': [1, 1, null, null] };
    const lost = [{ replica: 'app-2', problem: 'it was killed at its memory limit' }];
    expect(told(series, { lost, happenings })).toEqual(['2: app-2 was lost: it was killed at its memory limit']);
  });
});
