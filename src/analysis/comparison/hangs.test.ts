import { describe, expect, it } from 'vitest';
import { measurement, openLoad, trialRecord } from '../../../test/fakes/records.ts';
import { LatencyHistogram } from '../../histogram/latency-histogram.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import { pairedOnce } from '../testing/rounds.ts';
import { compareTrials } from './comparison.ts';
import { hangsOf, hangVerdict } from './hangs.ts';

const trial = (variant: string, round: number, changes: Partial<Measurement> = {}): TrialRecord =>
  trialRecord({ variant, round, metrics: { rps: 100 }, measurement: measurement(changes) });

/** Requests in flight at the end that had waited so long. */
function waiting(...seconds: readonly number[]): Partial<Measurement> {
  const histogram = new LatencyHistogram();
  for (const each of seconds) histogram.record(each * 1000);
  const { waiting: none } = measurement();
  return {
    unfinished: seconds.length,
    waiting: { ...none, longestUs: Math.max(...seconds) * 1e6, histogram: histogram.encode() },
  };
}

const slowest = (ms: number): Partial<Measurement> => {
  const histogram = new LatencyHistogram();
  histogram.record(ms);
  return { latency: { ...measurement().latency, maxUs: ms * 1000, histogram: histogram.encode() } };
};

it('is a request without an answer for ten times the slowest of A, and for a second at least', () => {
  const quick = hangsOf([trial('A', 1)], [trial('B', 1, waiting(0.9, 1.1, 1.9))], 0);
  expect(quick).toMatchObject({ afterMs: 1000, slowestMs: 6, a: { hung: 0 }, b: { hung: 2, requests: 20_003 } });
  const slow = hangsOf([trial('A', 1, slowest(150))], [trial('B', 1, waiting(0.9, 1.1, 1.9))], 0);
  expect(slow).toMatchObject({ afterMs: 1500, b: { hung: 1 } });
});

it('counts one that was answered too late, and none of a round in which the generator stood still', () => {
  const paused = { kind: 'generator-paused' as const, text: 'it stood still', doubts: [] };
  const frozen = { ...trial('B', 2, waiting(2, 2, 2)), caveats: [paused] };
  expect(hangsOf([trial('A', 1)], [trial('B', 1, slowest(3000)), frozen], 0)).toMatchObject({ b: { hung: 1 } });
  expect(hangsOf([trial('A', 1)], [frozen], 0)).toBeUndefined();
});

describe('the verdict on hangs', () => {
  const verdict = (a: Partial<Measurement>, b: Partial<Measurement>) =>
    hangVerdict(compareTrials(pairedOnce, [trial('A', 1, a)], [trial('B', 1, b)]))?.verdict;
  const some = (count: number): Partial<Measurement> => waiting(...Array.from({ length: count }, () => 2));

  it('fails B where it has more of them than chance gives it', () => {
    expect(verdict({}, {})).toMatchObject({ outcome: 'passed', expectation: 'hangs(B) <= hangs(A)' });
    expect(verdict({}, some(8))).toMatchObject({
      outcome: 'failed',
      reason: '8 of 20,008 requests had no answer for 1 s (the slowest of A mostly took 6 ms); of A 0 of 20,000',
    });
    expect(verdict({}, some(5))).toMatchObject({ outcome: 'inconclusive' });
    expect(verdict({}, some(1))).toMatchObject({ outcome: 'passed' });
    expect(verdict(some(8), some(8))).toMatchObject({ outcome: 'passed' });
    expect(verdict(some(8), some(30))).toMatchObject({ outcome: 'failed' });
  });

  it('is inconclusive where rounds are too short to show one', () => {
    const short = { durationMs: 900 };
    expect(verdict(short, short)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'rounds of 900 ms show no request that waits for 1 s (the slowest of A mostly took 6 ms)',
    });
    const warmedUp = { ...pairedOnce, warmupMs: 500 };
    const comparison = compareTrials(warmedUp, [trial('A', 1, short)], [trial('B', 1, short)]);
    expect(hangVerdict(comparison)?.verdict).toMatchObject({ outcome: 'passed' });
    expect(verdict(short, { ...short, open: openLoad() })).toMatchObject({ outcome: 'passed' });
  });

  it('lets as many hang as is tolerated, and is none where they are not judged', () => {
    const comparison = compareTrials(pairedOnce, [trial('A', 1)], [trial('B', 1, some(8))]);
    expect(hangVerdict(comparison, 0.01)?.verdict).toMatchObject({
      outcome: 'passed',
      expectation: 'hangs(B) <= hangs(A) + 1%',
    });
    expect(hangVerdict(comparison, Infinity)).toBeUndefined();
  });
});
