import { describe, expect, it } from 'vitest';
import { measurement } from '../../../test/fakes/records.ts';
import type { Comparison, Verdict } from '../../record/run-record.ts';
import { compareTrials } from '../comparison/comparison.ts';
import { pairedOnce, rounds } from '../testing/rounds.ts';
import { askedBy, thinTails, tolerancesFor, type GateSettings, type Tolerance } from './tolerances.ts';
import { judgementsOf } from './verdicts.ts';

type Values = Readonly<Record<string, readonly number[]>>;

const nothingSaid: GateSettings = { tolerances: {}, noise: {} };
const a = [10, 11, 12, 13, 14, 15];
const by = (...ratios: readonly number[]): number[] => a.map((value, round) => value * (ratios[round] ?? NaN));
const same = (value: number): number[] => a.map(() => value);

const tolerance = (metric: string, share: number): Tolerance => ({ metric, share, isNoisy: true, isAsked: false });

/** The verdicts on metrics, without that on hangs. */
function gateVerdicts(comparison: Comparison, tolerances: readonly Tolerance[]): Verdict[] {
  const judgements = judgementsOf(comparison, tolerances).filter((judgement) => judgement.tolerance);
  return judgements.map(({ verdict }) => verdict);
}

function verdicts(
  ofA: Values,
  ofB: Values,
  tolerances: readonly Tolerance[],
  asked: readonly string[] = [],
): Verdict[] {
  return gateVerdicts(compareTrials({ ...pairedOnce, asked }, rounds('A', ofA), rounds('B', ofB)), tolerances);
}

function verdict(metric: string, ofA: readonly number[], ofB: readonly number[], share: number): Verdict {
  const [only] = verdicts({ [metric]: ofA }, { [metric]: ofB }, [tolerance(metric, share)], [metric]);
  if (only === undefined) throw new Error('there is no verdict');
  return only;
}

describe('a gate on a metric', () => {
  it.each([
    ['passes where all of the interval is within the tolerance', by(1.02, 1.09, 1.05, 1.03, 1.04, 1.06), 'passed'],
    ['passes what is better', by(0.5, 0.6, 0.5, 0.7, 0.5, 0.5), 'passed'],
    ['fails where the near end is past it', by(1.12, 1.3, 1.2, 1.11, 1.2, 1.2), 'failed'],
    ['is inconclusive where the tolerance is in between', by(1.02, 1.3, 1.2, 1.11, 1.2, 1.2), 'inconclusive'],
    [
      'is inconclusive where a difference is certain, but may be tolerated',
      by(1.06, 1.12, 1.08, 1.07, 1.08, 1.09),
      'inconclusive',
    ],
  ])('of which less is better %s', (_, b, outcome) => {
    expect(verdict('p50', a, b, 0.1)).toMatchObject({ outcome, expectation: 'p50(B) <= 1.10 * p50(A)' });
  });

  it.each([
    ['passes', by(0.92, 1.3, 1.2, 1.1, 1.2, 1.2), 'passed'],
    ['fails', by(0.7, 0.88, 0.8, 0.8, 0.8, 0.8), 'failed'],
    ['is inconclusive', by(0.85, 1, 0.95, 1, 1, 1), 'inconclusive'],
  ])('of which more is better %s on the other side', (_, b, outcome) => {
    expect(verdict('rps', a, b, 0.1)).toMatchObject({ outcome, expectation: 'rps(B) >= 0.90 * rps(A)' });
  });

  it('has its numbers as evidence: the estimate, its interval, the limit and the margin', () => {
    const { evidence, reason } = verdict('p50', a, by(1.2, 1.2, 1.2, 1.2, 1.2, 1.2), 0.1);
    expect(evidence?.value).toBeCloseTo(1.2, 10);
    expect(evidence?.low).toBeCloseTo(1.2, 10);
    expect(evidence?.high).toBeCloseTo(1.2, 10);
    expect(evidence).toMatchObject({ limit: 1.1, rounds: 6 });
    expect(evidence?.margin).toBeCloseTo(-0.1 / 1.1, 10);
    expect(reason).toBe('B is 1.20 times slower');
  });

  it('gives the numbers, and not that more rounds are needed, where the tolerance is clear of a difference that is not', () => {
    const unclear = verdict('p50', a, by(0.9, 1.1, 0.95, 1.05, 1.02, 0.97), 0.5);
    expect(unclear).toMatchObject({ outcome: 'passed', reason: 'B / A is 0.90 to 1.10' });
    const both = verdict('p50', a, by(0.9, 1.1, 0.95, 1.05, 1.02, 0.97), 0.05);
    expect(both.outcome).toBe('inconclusive');
    expect(both.reason).toMatch(/^B \/ A is 0\.90 to 1\.10: cannot tell yet: run \d+ more round/);
  });

  it('lets an error rate rise by percentage points, whatever it was', () => {
    const text = 'error_rate(B) <= error_rate(A) + 0.1%';
    const of = (value: number): Verdict => verdict('error_rate', same(0), same(value), 0.001);
    expect(of(0)).toMatchObject({ outcome: 'passed', expectation: text });
    expect(of(0.0009)).toMatchObject({ outcome: 'passed', expectation: text });
    expect(of(0.02)).toMatchObject({ outcome: 'failed', expectation: text });
  });

  it('lets a count that may be 0 rise by a share of what A has', () => {
    const before = [100, 0, 100, 100, 100, 100];
    const text = 'recomputes(B) <= 1.05 * recomputes(A)';
    const plus = (more: number): number[] => before.map((value) => value + more);
    expect(verdict('recomputes', before, plus(4), 0.05)).toMatchObject({ outcome: 'passed', expectation: text });
    expect(verdict('recomputes', before, plus(6), 0.05)).toMatchObject({ outcome: 'failed', expectation: text });
    expect(verdict('recomputes', before, plus(6), 0.05).evidence?.limit).toBe(5);
    expect(verdict('recomputes', same(0), same(1), 0.05)).toMatchObject({ outcome: 'failed', expectation: text });
  });

  it('passes a count that neither side has any of', () => {
    expect(verdict('pool_rejected', same(0), same(0), 0.05)).toMatchObject({
      outcome: 'passed',
      reason: 'no difference',
    });
  });

  it('is inconclusive, and never passed, where it was not measured, doubted or measured too seldom', () => {
    const [missing] = verdicts({ rps: a }, { rps: a }, [tolerance('p50', 0.1)]);
    expect(missing).toMatchObject({ outcome: 'inconclusive', reason: 'not measured in every round of A' });
    const [unknown] = verdicts({ rps: a }, { rps: a }, [tolerance('p90', 0.1)], ['p90']);
    expect(unknown).toMatchObject({ outcome: 'inconclusive', reason: 'p90 was not measured' });
    const caveat = { kind: 'generator-saturated' as const, text: 'the load generator was busy', doubts: ['rps'] };
    const comparison = compareTrials(
      pairedOnce,
      rounds('A', { rps: a }),
      rounds('B', { rps: a }, { caveats: [caveat] }),
    );
    expect(gateVerdicts(comparison, [tolerance('rps', 0.1)])).toMatchObject([
      { outcome: 'inconclusive', reason: 'B, 6 rounds of 6: the load generator was busy' },
    ]);
    expect(verdict('rps', [10, 10], [1, 1], 0.1)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'cannot tell yet: run 4 more rounds',
    });
  });

  it('names the runs and the replica count where both sides are the same variant', () => {
    const side = { variant: 'aside', run: 'an-id' };
    const settings = { ...pairedOnce, replicas: 2, a: { ...side, name: 'baseline' }, b: { ...side, name: 'now' } };
    const comparison = compareTrials(settings, rounds('aside', { p50: a }), rounds('aside', { p50: a }));
    expect(gateVerdicts(comparison, [tolerance('p50', 0.1)])).toMatchObject([
      { outcome: 'passed', expectation: 'p50(aside ×2, now) <= 1.10 * p50(aside ×2, baseline)' },
    ]);
  });
});

describe('what only one side tells', () => {
  const costs: Tolerance = { metric: 'cpu_per_request', share: 0.1, isNoisy: false, isAsked: false };
  const told = rounds('A', { rps: a, cpu_per_request: a });

  it('is not judged, unless somebody has named it', () => {
    const silent = rounds('B', { rps: a });
    expect(gateVerdicts(compareTrials(pairedOnce, told, silent), [costs])).toEqual([]);
    const asked = compareTrials({ ...pairedOnce, asked: ['cpu_per_request'] }, told, silent);
    expect(gateVerdicts(asked, [{ ...costs, isAsked: true }])).toMatchObject([{ outcome: 'inconclusive' }]);
  });

  it('is judged of the rounds that have it, where a busy platform left one out', () => {
    const almost = told.map((trial) => ({
      ...trial,
      variant: 'B',
      metrics: trial.round === 2 ? { rps: 10 } : trial.metrics,
    }));
    const comparison = compareTrials(pairedOnce, told, almost);
    const costsOf = comparison.metrics.find(({ metric }) => metric === 'cpu_per_request');
    expect(costsOf).toMatchObject({ leftOut: 'left out: B, 1 round of 6: it was not told in time' });
  });
});

describe('the tolerances of a gate', () => {
  const some = rounds(
    'A',
    { rps: a, queries_per_request: a, recomputes: a },
    { measurement: measurement({ requests: 9_999 }) },
  );
  const many = rounds('A', { rps: a }, { measurement: measurement({ requests: 10_000 }) });

  it('are 10% for RPS and p50, a thousandth of errors, 5% for what is counted', () => {
    expect(tolerancesFor(['recomputes'], some, nothingSaid)).toEqual([
      { metric: 'rps', share: 0.1, isNoisy: true, isAsked: false },
      { metric: 'p50', share: 0.1, isNoisy: true, isAsked: false },
      { metric: 'p95', share: 0.2, isNoisy: true, isAsked: false },
      { metric: 'error_rate', share: 0.001, isNoisy: false, isAsked: false },
      { metric: 'queries_per_request', share: 0.05, isNoisy: false, isAsked: false },
      { metric: 'recomputes', share: 0.05, isNoisy: false, isAsked: false },
    ]);
  });

  it('are of p99 only where every round has a hundred answers beyond it', () => {
    const metrics = (trials: typeof many): readonly string[] =>
      tolerancesFor([], trials, nothingSaid).map(({ metric }) => metric);
    expect(tolerancesFor([], many, nothingSaid)).toContainEqual({
      metric: 'p99',
      share: 0.25,
      isNoisy: true,
      isAsked: false,
    });
    expect(metrics([...many, ...some])).not.toContain('p99');
  });

  it('say which tails are not judged for want of answers, unless somebody has named them', () => {
    expect(thinTails(some, nothingSaid)).toEqual([
      'p99 not judged: it takes 10,000 answers in every round, and a round had 9,999: longer rounds, or more connections, give it more',
    ]);
    expect(thinTails(some, { tolerances: { p99: 0.5 }, noise: {} })).toEqual([]);
    expect(thinTails(many, nothingSaid)).toEqual([]);
  });

  it('are what the user says, of metrics that are not gated otherwise as well', () => {
    const said = { tolerances: { p50: 0.02, p99: 0.5 }, noise: {} };
    expect(tolerancesFor([], some, said)).toEqual(
      expect.arrayContaining([
        { metric: 'p50', share: 0.02, isNoisy: false, isAsked: true },
        { metric: 'p99', share: 0.5, isNoisy: false, isAsked: true },
      ]),
    );
    expect(askedBy(['recomputes'], said)).toEqual(['queries_per_request', 'recomputes', 'p50', 'p99']);
  });

  it('are never below the noise of the machine, and say so', () => {
    const wide = tolerancesFor([], some, { tolerances: { p50: 0.02 }, noise: { p50: 0.15, rps: 0.05, p90: 0.5 } });
    expect(wide).toContainEqual({ metric: 'p50', share: 0.15, noise: 0.15, isNoisy: false, isAsked: true });
    expect(wide).toContainEqual({ metric: 'rps', share: 0.1, isNoisy: true, isAsked: false });
    expect(wide.map(({ metric }) => metric)).not.toContain('p90');
    const [judged] = verdicts({ p50: a }, { p50: by(1.1, 1.1, 1.1, 1.1, 1.1, 1.1) }, wide.slice(1, 2));
    expect(judged).toMatchObject({
      outcome: 'passed',
      reason: 'B is 1.10 times slower; the tolerance is the noise of this machine, 15%',
    });
  });
});
