import { describe, expect, it } from 'vitest';
import { measurement, telemetry } from '../../../test/fakes/records.ts';
import { defaultBurst, defaultLoad, type WorkerLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import { differingCounts } from './differing-counts.ts';

const startedAtMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const slice = { sent: 0, errors: 0, p50Us: 1, p99Us: 1, maxUs: 1 };
const seconds = (...requests: readonly number[]) =>
  requests.map((count, second) => ({ ...slice, second, requests: count }));

interface Trial {
  /** What each replica counted. */
  readonly counted: readonly number[];
  readonly rates?: readonly number[];
  /** When they were first asked, from the start of the measured time. */
  readonly fromMs?: number;
  readonly load?: WorkerLoad;
  readonly changes?: Partial<Telemetry>;
}

function texts({ counted, rates = [1000, 1000, 1000], fromMs = 20, load = defaultLoad, changes = {} }: Trial) {
  const replicas = counted.map((count, index) => ({
    replica: `app-${index + 1}`,
    counters: { http_requests_total: count },
    gauges: {},
  }));
  const measured: Partial<Measurement> = { timeline: seconds(...rates), durationMs: rates.length * 1000 };
  return differingCounts(
    measurement(measured),
    telemetry({}, { replicas, countedFromMs: startedAtMs + fromMs, ...changes }),
    load,
  ).map(({ text }) => text);
}

describe('differingCounts', () => {
  it('has nothing to say where the servers counted what the clients had, or more', () => {
    expect(texts({ counted: [3000] })).toEqual([]);
    expect(texts({ counted: [1500, 1500] })).toEqual([]);
    expect(texts({ counted: [3500] })).toEqual([]);
  });

  it('gives both numbers where one worker of three told what it counted', () => {
    expect(texts({ counted: [1003] })).toEqual([
      'the server counted 1,003 requests while the clients had 2,980 right answers: there are workers or replicas that nobody asked for their metrics, and what was counted is only a part',
    ]);
    expect(texts({ counted: [900, 900] })[0]).toContain('the 2 replicas counted 1,800 requests');
  });

  it('allows for what was answered before the counts were first read, and for what was on its way', () => {
    // 200 of the first second came before, as many again may have, and 50 connections had a request each.
    expect(texts({ counted: [2551], fromMs: 200 })).toEqual([]);
    expect(texts({ counted: [2549], fromMs: 200 })).toHaveLength(1);
    expect(texts({ counted: [951], fromMs: 2000 })).toEqual([]);
    expect(texts({ counted: [0], fromMs: 5000 })).toEqual([]);
  });

  it('knows no better than a second where another clock tells when the measured time began', () => {
    expect(texts({ counted: [1951], fromMs: -4000 })).toEqual([]);
    expect(texts({ counted: [1949], fromMs: -4000 })).toHaveLength(1);
    // Before bursts there is a pause for it.
    expect(texts({ counted: [2000], fromMs: -1000, load: defaultBurst })).toHaveLength(1);
  });

  it('has nothing to allow for where the counts are read before a burst', () => {
    const load = { ...defaultBurst, size: 100, times: 1 };
    expect(texts({ counted: [34], rates: [100], fromMs: -1000, load })[0]).toContain(
      'the server counted 34 requests while the clients had 100 right answers',
    );
    expect(texts({ counted: [100], rates: [100], fromMs: -1000, load })).toEqual([]);
  });

  it('follows nothing from counts that are gone, or that were never told', () => {
    const few = { counted: [10] };
    expect(texts({ ...few, changes: { lost: [{ replica: 'app-2', problem: 'it died' }] } })).toEqual([]);
    expect(texts({ ...few, changes: { silent: [{ replica: 'app-2', problem: 'refused' }] } })).toEqual([]);
    expect(texts({ ...few, changes: { left: [] } })).toEqual([]);
    expect(texts({ counted: [] })).toEqual([]);
  });
});
