import { describe, expect, it } from 'vitest';
import type { ReplicaMetrics } from '../model/running-system.ts';
import { changingTelemetryOf } from './changing.ts';
import { snapshotOf } from './snapshot.ts';
import type { Moment } from './timeline.ts';

const text = (requests: number, workersLost = 0): string =>
  `# TYPE http_requests_total counter\nhttp_requests_total ${requests}\n` +
  `# TYPE app_worker_restarts_total counter\napp_worker_restarts_total ${workersLost}\n`;

/** A sample a second: the requests that each replica had counted by then, or undefined where it did not answer. */
function moments(...samples: readonly Readonly<Record<string, number | undefined>>[]): readonly Moment[] {
  return samples.map((sample, second) => {
    const told = Object.entries(sample).map(([replica, requests]) => {
      return [replica, requests === undefined ? undefined : { second, snapshot: snapshotOf(text(requests)) }] as const;
    });
    return { second, told: new Map(told) };
  });
}

const answered = (replica: string, requests: number): ReplicaMetrics => ({ replica, text: text(requests) });

/** What each replica is said to have counted. */
const counted = (...parts: Parameters<typeof changingTelemetryOf>) =>
  changingTelemetryOf(...parts).replicas.map(({ replica, counters }) => [replica, counters.http_requests_total]);

describe('changingTelemetryOf', () => {
  it('counts what came later from zero, and what stayed from where it was', () => {
    const samples = moments({ a: 100 }, { a: 150, b: 5 }, { a: 210, b: 70 });
    const last = [answered('a', 210), answered('b', 70)];
    expect(changingTelemetryOf(samples, last)).toMatchObject({ lost: [], silent: [], left: [] });
    expect(counted(samples, last)).toEqual([
      ['a', 110],
      ['b', 70],
    ]);
  });

  it('takes what has left at its last word, be it listed as gone or not at all', () => {
    const samples = moments({ a: 100, b: 40 }, { a: 150, b: 60, c: 5 }, { b: undefined, c: 9, d: 3 }, { d: 8 });
    const last: readonly ReplicaMetrics[] = [
      answered('d', 8),
      { replica: 'b', problem: 'it was terminated', ended: true },
    ];
    expect(changingTelemetryOf(samples, last)).toMatchObject({ lost: [], silent: [], left: ['a', 'b', 'c'] });
    expect(counted(samples, last)).toEqual([
      ['a', 50],
      ['b', 20],
      ['c', 9],
      ['d', 8],
    ]);
  });

  it('takes no numbers from one whose beginning or end is not known', () => {
    const samples = moments({ a: undefined, b: 10 }, { a: 7, b: 20 }, { a: 9, b: undefined });
    const last: readonly ReplicaMetrics[] = [answered('a', 9), { replica: 'b', problem: 'timed out' }];
    expect(changingTelemetryOf(samples, last)).toEqual({
      replicas: [],
      lost: [],
      left: [],
      silent: [
        { replica: 'a', problem: 'it did not answer when the measured time began' },
        { replica: 'b', problem: 'timed out' },
      ],
    });
  });

  it('has no word of one that is only starting', () => {
    const samples = moments({ a: 1 }, { a: 2, b: undefined });
    const last: readonly ReplicaMetrics[] = [answered('a', 2), { replica: 'b', problem: 'connection refused' }];
    expect(changingTelemetryOf(samples, last)).toMatchObject({ replicas: [{ replica: 'a' }], silent: [], left: [] });
  });

  it('lists what restarted in between, even where its last count is higher than its first', () => {
    const samples = moments({ a: 1 }, { a: 2, b: 500 }, { a: 3, b: 100 }, { a: 4, b: 600 });
    const { replicas, lost } = changingTelemetryOf(samples, [answered('a', 4), answered('b', 600)]);
    expect(replicas.map(({ replica }) => replica)).toEqual(['a']);
    expect(lost).toEqual([
      {
        replica: 'b',
        problem:
          'its counters fell: it restarted, or several processes with counters of their own answer at its address',
      },
    ]);
  });
});
