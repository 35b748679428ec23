import { describe, expect, it } from 'vitest';
import type { ComparedMetric } from '../../record/run-record.ts';
import { pairedOnce, rounds } from '../testing/rounds.ts';
import { compareTrials, isSettled } from './comparison.ts';

const a = [10, 11, 12, 13, 14, 15];
/** What B is to A in six rounds. */
const ratios = [1.24, 1.2, 1.19, 1.18, 1.22, 1.21];
const times = (values: readonly number[], by: readonly number[]): number[] =>
  values.map((value, round) => value * (by[round] ?? NaN));
const over = (values: readonly number[], by: readonly number[]): number[] =>
  values.map((value, round) => value / (by[round] ?? NaN));

/** One metric, of values a round. */
function compared(
  metric: string,
  ofA: readonly number[],
  ofB: readonly number[],
  changes: Partial<typeof pairedOnce> = {},
): ComparedMetric {
  const settings = { ...pairedOnce, ...changes };
  const { metrics } = compareTrials(settings, rounds('A', { [metric]: ofA }), rounds('B', { [metric]: ofB }));
  const found = metrics.find((each) => each.metric === metric);
  if (found === undefined) throw new Error(`${metric} was not compared`);
  return found;
}

describe('what the copies of a target used', () => {
  const used = { cpu_per_request: a, memory_end: a };
  const names = (...sides: readonly [Record<string, number[]>, Record<string, number[]>]) => {
    const [ofA, ofB] = sides;
    const { metrics } = compareTrials(pairedOnce, rounds('A', { p50: a, ...ofA }), rounds('B', { p50: a, ...ofB }));
    return metrics.map(({ metric }) => metric).filter((metric) => metric in used);
  };

  it('is compared wherever both sides have it in every round', () => {
    expect(names(used, used)).toEqual(['cpu_per_request', 'memory_end']);
    expect(names(used, { memory_end: a })).toEqual(['memory_end']);
    expect(names({}, used)).toEqual([]);
  });
});

describe('a metric of two sides', () => {
  it('is compared by the ratio of each round, with an interval and in words', () => {
    const found = compared('p50', a, over(a, ratios));
    expect(found).toMatchObject({ scale: 'ratio', a: 12.5, outcome: 'b-lower', p: 0.03125 });
    expect(found.estimate).toBeCloseTo(1 / 1.205, 3);
    expect(found.low).toBeCloseTo(1 / 1.24, 12);
    expect(found.high).toBeCloseTo(1 / 1.18, 12);
    expect(found.text).toBe('B is 1.18 to 1.24 times faster');
  });

  it.each([
    ['p50', times(a, ratios), 'B is 1.18 to 1.24 times slower'],
    ['p99', over(a, [2, 2, 2, 2, 2, 2]), 'B is 2.00 times faster'],
    ['rps', times(a, ratios), 'B has 1.18 to 1.24 times the RPS of A'],
    ['rps', over(a, [2, 2, 2, 2, 2, 2]), 'B has 0.50 times the RPS of A'],
    ['rps', times(a, [40, 41, 42, 43, 44, 45]), 'B has 40.0 to 45.0 times the RPS of A'],
    ['queries_per_request', over(a, ratios), 'B has 0.81 to 0.85 times the queries/req of A'],
    ['cpu_per_request', times(a, ratios), 'B has 1.18 to 1.24 times the CPU/req of A'],
    ['memory_end', over(a, [2, 2, 2, 2, 2, 2]), 'B has 0.50 times the memory of A'],
    ['p50', times(a, [1.01, 0.99, 1.02, 0.98, 1, 1.01]), 'no difference larger than 5%'],
    ['p50', a, 'no difference'],
    // Half of what is needed of 0.049 is known to ±0.1: four times the six rounds.
    ['p50', times(a, [-0.1, -0.05, -0.01, 0.01, 0.05, 0.1].map(Math.exp)), 'cannot tell yet: run 20 more rounds'],
    ['p50', times(a, [0.9, 1.3, 1.31, 1.32, 1.33, 1.34]), 'cannot tell yet: run 1 more round'],
    ['p50', times(a, [0.001, 1, 1, 1, 1, 1000]), 'cannot tell yet: run 200 more rounds'],
  ] as const)('%s of %j is told so: %s', (metric, b, text) => {
    expect(compared(metric, a, b).text).toBe(text);
  });

  it('calls a difference none where the whole of it is too small to matter, though it is certain', () => {
    const found = compared('p50', a, times(a, [1.01, 1.01, 1.02, 1.02, 1.02, 1.01]));
    expect(found).toMatchObject({ outcome: 'same', p: 0.03125 });
    expect(compared('p50', a, times(a, [1.01, 1.01, 1.02, 1.02, 1.02, 1.01]), { smallest: 0.01 }).outcome).toBe(
      'b-higher',
    );
  });

  it('has an estimate but no interval where there are too few rounds, and says how many are missing', () => {
    const found = compared('p50', [10, 10], [12, 12]);
    expect(found.estimate).toBeCloseTo(1.2, 12);
    expect(found).not.toHaveProperty('low');
    expect(found).toMatchObject({ outcome: 'unresolved', text: 'cannot tell yet: run 4 more rounds' });
    // Who looks twice needs 97.5%, which takes seven.
    expect(compared('p50', [10, 10], [12, 12], { confidence: 0.975 }).text).toBe('cannot tell yet: run 5 more rounds');
  });

  it('is compared by differences where a round has none of it', () => {
    expect(compared('recomputes', [0, 0, 0, 0, 0, 0], [3, 4, 3, 5, 3, 4])).toMatchObject({
      scale: 'difference',
      a: 0,
      b: 3.5,
      low: 3,
      high: 5,
      outcome: 'b-higher',
      text: 'B has 3 to 5 more recomputes',
    });
    expect(compared('recomputes', [3, 4, 3, 5, 3, 4], [0, 0, 0, 0, 0, 0]).text).toBe('B has 3 to 5 fewer recomputes');
    expect(compared('cache_hit_rate', [0, 0, 0, 0, 0, 0], [0.5, 0.5, 0.52, 0.5, 0.5, 0.5]).text).toBe(
      'B has 50 to 52 percentage points more hit rate',
    );
  });

  it('is an error rate by its difference, of which a thousandth is none', () => {
    const none = [0, 0, 0, 0, 0, 0];
    expect(compared('error_rate', none, none)).toMatchObject({ outcome: 'same', text: 'no difference' });
    expect(compared('error_rate', none, [0, 0.0005, 0, 0.001, 0, 0])).toMatchObject({
      scale: 'difference',
      outcome: 'same',
      text: 'no difference that matters',
    });
    expect(compared('error_rate', none, [0.02, 0.03, 0.02, 0.03, 0.02, 0.03])).toMatchObject({
      outcome: 'b-higher',
      text: 'B has 2 to 3 percentage points more error rate',
    });
  });

  it('is judged by its rounds as unrelated samples where they were not run in pairs', () => {
    const [ofA, ofB] = [
      [10, 11, 12, 13],
      [20, 22, 24, 26],
    ];
    const found = compared('p50', ofA, ofB, { paired: false });
    expect(found.low).toBeCloseTo(20 / 13, 12);
    expect(found.high).toBeCloseTo(26 / 10, 12);
    // One of the 70 ways to choose four of eight, on each side.
    expect(found.p).toBeCloseTo(2 / 70, 12);
  });
});

describe('what cannot be compared', () => {
  it('is a metric that a round lacks, or that no side has', () => {
    const short = compareTrials(pairedOnce, rounds('A', { rps: a, p95: a }), rounds('B', { rps: a, p95: a.slice(1) }));
    expect(short.metrics.find(({ metric }) => metric === 'p95')).toMatchObject({
      outcome: 'not-measured',
      text: 'not measured in every round of B',
    });
    const { metrics } = compareTrials(pairedOnce, rounds('A', { rps: a }), rounds('B', { rps: a }));
    expect(metrics.filter(({ outcome }) => outcome === 'not-measured').map(({ metric }) => metric)).toEqual([
      'p50',
      'p95',
      'p99',
      'error_rate',
    ]);
  });

  it('is a metric that a caveat speaks against, for the rounds that it does', () => {
    const caveat = { kind: 'generator-saturated' as const, text: 'the load generator was busy', doubts: ['p50'] };
    const ofB = rounds('B', { p50: a, rps: a }).map((trial) =>
      trial.round < 5 ? { ...trial, caveats: [caveat] } : trial,
    );
    const { metrics } = compareTrials(pairedOnce, rounds('A', { p50: a, rps: a }), ofB);
    expect(metrics.find(({ metric }) => metric === 'p50')).toEqual({
      metric: 'p50',
      scale: 'ratio',
      a: 12.5,
      b: 12.5,
      outcome: 'not-measured',
      text: 'B, 4 rounds of 6: the load generator was busy',
    });
    expect(metrics.find(({ metric }) => metric === 'rps')?.outcome).toBe('same');
  });

  it('is not one of which few rounds are doubted: they are left out, with their partners', () => {
    const caveat = { kind: 'generator-saturated' as const, text: 'the load generator was busy', doubts: ['p50'] };
    const values = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
    const spoilt = values.map((value, index) => (index === 3 ? 1_000 : value));
    const ofB = rounds('B', { p50: spoilt, rps: values }).map((trial) =>
      trial.round === 4 ? { ...trial, caveats: [caveat] } : trial,
    );
    const { metrics } = compareTrials(pairedOnce, rounds('A', { p50: values, rps: values }), ofB);
    expect(metrics.find(({ metric }) => metric === 'p50')).toMatchObject({
      // The median of nine: without the fourth.
      a: 15,
      b: 15,
      outcome: 'same',
      leftOut: 'left out: B, 1 round of 10: the load generator was busy',
    });
    expect(metrics.find(({ metric }) => metric === 'rps')?.leftOut).toBeUndefined();
  });

  it('leaves out rounds of one side alone where they are not paired', () => {
    const caveat = { kind: 'generator-saturated' as const, text: 'the load generator was busy', doubts: ['p50'] };
    const values = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
    const ofB = rounds('B', { p50: values }).map((trial) =>
      trial.round === 1 ? { ...trial, caveats: [caveat] } : trial,
    );
    const { metrics } = compareTrials({ ...pairedOnce, paired: false }, rounds('A', { p50: values }), ofB);
    expect(metrics.find(({ metric }) => metric === 'p50')).toMatchObject({ a: 14.5, b: 15 });
  });

  it('is everything where a side has no round', () => {
    const { metrics, rounds: counts } = compareTrials(pairedOnce, rounds('A', { rps: a }), []);
    expect(counts).toEqual({ a: 0, b: 0 });
    expect(new Set(metrics.map(({ text }) => text))).toEqual(new Set(['nothing was measured']));
  });
});

describe('a comparison', () => {
  it('pairs the trials of a round, whatever order they have, and leaves out a round that one side lacks', () => {
    const ofA = rounds('A', { rps: a });
    const ofB = rounds('B', { rps: [...times(a, [2, 2, 2, 2, 2, 2]), 1] }).toReversed();
    const { rounds: counts, metrics } = compareTrials(pairedOnce, ofA, ofB);
    expect(counts).toEqual({ a: 6, b: 6 });
    const rps = metrics.find(({ metric }) => metric === 'rps');
    expect(rps?.low).toBeCloseTo(2, 12);
    expect(rps?.high).toBeCloseTo(2, 12);
  });

  it('has what clients saw, counted metrics that both sides have, and those that are asked for', () => {
    const has = {
      rps: a,
      p90: a,
      queries_per_request: a,
      recomputes: [0, 0, 0, 0, 0, 0],
      smallest_share: a,
      gc_share: a,
    };
    const named = (asked: readonly string[]): readonly string[] =>
      compareTrials({ ...pairedOnce, asked }, rounds('A', has), rounds('B', has)).metrics.map(({ metric }) => metric);
    const usual = ['rps', 'p50', 'p95', 'p99', 'error_rate', 'queries_per_request'];
    expect(named([])).toEqual(usual);
    expect(new Set(named(['p90', 'recomputes', 'pool_wait']))).toEqual(new Set([...usual, 'p90', 'recomputes']));
    const several = compareTrials({ ...pairedOnce, replicas: 2 }, rounds('A', has), rounds('B', has));
    expect(several.metrics.map(({ metric }) => metric)).toContain('smallest_share');
  });

  it('is resolved where more rounds would tell nothing of the metrics that matter', () => {
    const open = times(a, [0.8, 1.2, 0.9, 1.1, 1, 1.3]);
    const comparison = compareTrials(pairedOnce, rounds('A', { rps: a, p50: a }), rounds('B', { rps: a, p50: open }));
    expect(isSettled(comparison, ['rps', 'p99'])).toBe(true);
    expect(isSettled(comparison, ['rps', 'p50'])).toBe(false);
  });
});
