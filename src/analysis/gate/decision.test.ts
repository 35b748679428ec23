import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../record/run-record.ts';
import { compareTrials } from '../comparison/comparison.ts';
import { pairedOnce, rounds } from '../testing/rounds.ts';
import { confirmed, decisionOf, isDecided, isSuspect, suspected } from './decision.ts';
import type { Tolerance } from './tolerances.ts';
import { judgementsOf, type Judgement } from './verdicts.ts';

const a = [10, 11, 12, 13, 14, 15];
const by = (...ratios: readonly number[]): number[] => a.map((value, round) => value * (ratios[round] ?? NaN));
const twice = by(2, 2, 2, 2, 2, 2);
/** Anything from half to twice. */
const hidden = by(0.5, 2, 0.6, 1.7, 0.9, 1.1);

function judged(
  values: Readonly<Record<string, readonly number[]>>,
  noisy: readonly string[] = ['rps', 'p50', 'p95'],
): readonly Judgement[] {
  const names = Object.keys(values);
  const tolerances = names.map((metric): Tolerance => ({
    metric,
    share: 0.1,
    isNoisy: noisy.includes(metric),
    isAsked: true,
  }));
  const ofA = Object.fromEntries(names.map((name) => [name, a]));
  const comparison = compareTrials({ ...pairedOnce, asked: names }, rounds('A', ofA), rounds('B', values));
  return judgementsOf(comparison, tolerances).filter(({ tolerance }) => tolerance);
}

const inShort = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.map(({ outcome, expectation }) => `${outcome} ${expectation.slice(0, expectation.indexOf('('))}`);

describe('what noise hides', () => {
  it('is not judged where CPU per request is clear, and what that was is said with its numbers', () => {
    const { verdicts, notJudged } = decisionOf(judged({ rps: hidden, cpu_per_request: a, queries_per_request: a }));
    expect(inShort(verdicts)).toEqual(['passed queries_per_request', 'passed cpu_per_request'].toSorted());
    expect(notJudged).toEqual([expect.stringMatching(/^rps not judged: B \/ A is 0\.50 to 2/)]);
  });

  it('leaves the gate without an answer where nothing else tells what RPS and p50 would', () => {
    const { verdicts, notJudged } = decisionOf(judged({ rps: hidden, p50: hidden, p95: a }));
    expect(inShort(verdicts)).toEqual(['inconclusive rps', 'inconclusive p50', 'passed p95']);
    expect(notJudged).toEqual([]);
  });

  it('is not judged of tails where RPS and p50 are clear', () => {
    expect(inShort(decisionOf(judged({ rps: a, p50: a, p95: hidden })).verdicts)).toEqual(['passed rps', 'passed p50']);
  });

  it('is judged all the same where it is certain that B is worse, by however much', () => {
    const worse = by(1.05, 1.15, 1.07, 1.12, 1.06, 1.09);
    const { verdicts } = decisionOf(judged({ p50: worse, cpu_per_request: a }));
    expect(inShort(verdicts)).toEqual(['inconclusive p50', 'passed cpu_per_request']);
  });

  it('is no noise where only the rounds of one side are in doubt', () => {
    const unsteady = { kind: 'unsteady' as const, text: 'it was not steady', doubts: ['rps'] };
    const values = { rps: a, cpu_per_request: a };
    const settings = { ...pairedOnce, asked: ['rps'] };
    const comparison = compareTrials(settings, rounds('A', values), rounds('B', values, { caveats: [unsteady] }));
    const tolerances = ['rps', 'cpu_per_request'].map((metric): Tolerance => {
      return { metric, share: 0.1, isNoisy: metric === 'rps', isAsked: false };
    });
    const { verdicts } = decisionOf(judgementsOf(comparison, tolerances).filter(({ tolerance }) => tolerance));
    expect(inShort(verdicts)).toEqual(['inconclusive rps', 'passed cpu_per_request']);
  });

  it('is judged where the user has named it', () => {
    const { verdicts } = decisionOf(judged({ rps: hidden, cpu_per_request: a }, []));
    expect(inShort(verdicts)).toContain('inconclusive rps');
  });
});

describe('more rounds', () => {
  it('are worth it for RPS and p50 that noise still hides, although the gate could be decided', () => {
    expect(isDecided(judged({ rps: hidden, cpu_per_request: a }))).toBe(false);
    expect(isDecided(judged({ rps: a, p50: a, p95: hidden, cpu_per_request: a }))).toBe(true);
  });

  it('are not worth it where something has failed: it is to be confirmed', () => {
    expect(isDecided(judged({ rps: hidden, cpu_per_request: twice }))).toBe(true);
  });

  it('are worth it for a tail that looks worse than it may be, and not for one that does not', () => {
    const bad = by(1.4, 1.4, 1.4, 1.4, 1.4, 0.99);
    expect(isDecided(judged({ rps: a, p50: a, cpu_per_request: a, p95: bad }))).toBe(false);
  });
});

describe('a failure', () => {
  const slow = judged({ p50: twice });
  const good = judged({ p50: a });
  const verdictsOf = (judgements: readonly Judgement[]): readonly Verdict[] => judgements.map(({ verdict }) => verdict);

  it('stands where a fresh batch has it as well', () => {
    expect(verdictsOf(confirmed(slow, slow))).toMatchObject([
      { outcome: 'failed', reason: 'B is 2.00 times slower; 6 fresh rounds confirm it' },
    ]);
  });

  it('is inconclusive where it has not, or where there was no time for one', () => {
    expect(verdictsOf(confirmed(slow, good))).toMatchObject([
      { outcome: 'inconclusive', reason: 'B is 2.00 times slower; 6 fresh rounds do not confirm it: no difference' },
    ]);
    expect(verdictsOf(confirmed(slow, []))).toMatchObject([
      { outcome: 'inconclusive', reason: 'B is 2.00 times slower; there was no time to confirm it' },
    ]);
    expect(verdictsOf(confirmed(slow, judged({ rps: a })))).toMatchObject([
      { outcome: 'inconclusive', reason: 'B is 2.00 times slower; fresh rounds do not have it' },
    ]);
  });

  it('is looked at in an order that was known before, until one is not confirmed', () => {
    const [wide, lower] = [by(1.5, 2.5, 2, 1.7, 2.3, 2), by(0.3, 0.5, 0.4, 0.35, 0.45, 0.4)];
    const before = judged({ p50: wide, rps: lower, cpu_per_request: by(1.9, 2.1, 2, 1.95, 2.05, 2) });
    const half = judged({ p50: wide, rps: lower, cpu_per_request: a });
    expect(verdictsOf(confirmed(before, before)).map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed']);
    expect(new Set(verdictsOf(confirmed(before, half)).map(({ outcome }) => outcome))).toEqual(
      new Set(['inconclusive']),
    );
    expect(verdictsOf(confirmed(before, half))[0]?.reason).toMatch(/do not confirm cpu_per_request.*looked at first$/);
  });

  it('is looked at before others where it is clearer, whether noise can move it or not', () => {
    const barely = by(1.11, 1.16, 1.12, 1.2, 1.14, 1.18);
    const far = by(1.5, 1.8, 1.6, 1.7, 1.55, 1.75);
    const before = judged({ p50: far, cpu_per_request: barely });
    const again = judged({ p50: far, cpu_per_request: by(1.09, 1.16, 1.12, 1.2, 1.14, 1.18) });
    expect(inShort(before.map(({ verdict }) => verdict))).toEqual(['failed p50', 'failed cpu_per_request']);
    expect(inShort(verdictsOf(confirmed(before, again)))).toEqual(['failed p50', 'inconclusive cpu_per_request']);
    // Not where noise alone makes it look clearer by a little.
    const near = judged({ p50: by(1.14, 1.2, 1.15, 1.22, 1.18, 1.24), cpu_per_request: barely });
    expect(verdictsOf(confirmed(near, again))[0]?.reason).toMatch(/looked at first$/);
  });

  it('is looked at by how far from chance it is where it was only counted', () => {
    const [cpu] = judged({ cpu_per_request: by(1.9, 2.1, 2, 1.95, 2.05, 2) });
    const hung = (chance: number, outcome: Verdict['outcome'] = 'failed'): Judgement => {
      const verdict = { scenario: 's', expectation: 'hangs(B) <= hangs(A)', outcome, reason: 'they hung' };
      return { verdict, isNoisy: false, isHidden: false, chance: { of: chance, failsAt: 0.0125 } };
    };
    if (cpu === undefined) throw new Error('CPU per request was not judged');
    const outcomesOf = (first: Judgement, fresh: Judgement): readonly string[] =>
      verdictsOf(confirmed([first, cpu], [fresh, cpu])).map(({ outcome }) => outcome);
    // A machine that stood still in one round; and requests that hang for good, where the fresh rounds do not have them.
    expect(outcomesOf(hung(0.01), hung(1, 'passed'))).toEqual(['inconclusive', 'failed']);
    const surely = judged({ cpu_per_request: by(1.11, 1.16, 1.12, 1.2, 1.14, 1.18) });
    expect(verdictsOf(confirmed([hung(1e-8), ...surely], surely)).map(({ outcome }) => outcome)).toEqual([
      'inconclusive',
      'inconclusive',
    ]);
  });

  it('is looked at alone where all that is judged shares the false alarms', () => {
    const before = judged({ p50: twice, cpu_per_request: twice });
    const again = judged({ p50: twice, cpu_per_request: a });
    expect(verdictsOf(confirmed(before, again)).map(({ outcome }) => outcome)).toEqual([
      'inconclusive',
      'inconclusive',
    ]);
    const [p50, cpu] = verdictsOf(confirmed(before, again, true)).toSorted((one, other) =>
      other.expectation.localeCompare(one.expectation),
    );
    expect([p50?.outcome, cpu?.outcome]).toEqual(['failed', 'inconclusive']);
  });

  it('is not made by a fresh batch alone', () => {
    expect(confirmed(good, slow)).toEqual(good);
    expect(verdictsOf(confirmed(judged({ p50: hidden }), slow))).toMatchObject([{ outcome: 'inconclusive' }]);
  });

  it('leaves to the fresh batch what the first could not tell', () => {
    expect(verdictsOf(confirmed(judged({ p50: hidden }), good))).toMatchObject([{ outcome: 'passed' }]);
  });
});

describe('rounds that make way for fresh ones', () => {
  const leaning = by(1.2, 1.3, 0.9, 1.3, 1.2, 1.25);

  it('do so for what noise hardly moves where it looks worse, and for what has failed; not for what noise hides', () => {
    expect(judged({ cpu_per_request: leaning }).some(isSuspect)).toBe(true);
    expect(judged({ p50: twice }).some(isSuspect)).toBe(true);
    expect(judged({ p50: leaning, cpu_per_request: a }).some(isSuspect)).toBe(false);
  });

  it('say only what is to be looked for: the fresh ones alone decide', () => {
    const before = suspected(judged({ p50: a, cpu_per_request: leaning }));
    expect(inShort(before.map(({ verdict }) => verdict))).toEqual(['inconclusive p50', 'failed cpu_per_request']);
    const after = (ratios: readonly number[]): readonly string[] =>
      inShort(confirmed(before, judged({ p50: a, cpu_per_request: ratios })).map(({ verdict }) => verdict));
    expect(after(twice)).toEqual(['passed p50', 'failed cpu_per_request']);
    expect(after(a)).toEqual(['passed p50', 'passed cpu_per_request']);
    expect(after(leaning)).toEqual(['passed p50', 'inconclusive cpu_per_request']);
  });

  it('put what has failed before what is only suspected', () => {
    const seen = judged({ p50: twice, cpu_per_request: by(1.2, 1.1, 0.9, 1.2, 1.05, 1.15) });
    const after = confirmed(suspected(seen), seen);
    expect(inShort(after.map(({ verdict }) => verdict))).toEqual(['failed p50', 'inconclusive cpu_per_request']);
  });

  it('put what is surest first, whatever it is', () => {
    const before = suspected(
      judged({ cpu_per_request: leaning, error_rate: by(1, 1, 1, 1, 1, 1).map((rate) => rate + 1) }),
    );
    const after = confirmed(before, judged({ cpu_per_request: leaning, error_rate: a.map((rate) => rate + 1) }));
    expect(inShort(after.map(({ verdict }) => verdict))).toEqual(['inconclusive cpu_per_request', 'failed error_rate']);
  });
});
