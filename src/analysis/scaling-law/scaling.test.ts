import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../../test/fakes/records.ts';
import { scenario } from '../../../test/fakes/scenario.ts';
import { defaultLoad } from '../../model/load-profile.ts';
import { randomBy } from '../../model/random.ts';
import type { Scaling, TrialRecord } from '../../record/run-record.ts';
import { normal, student2 } from '../testing/random.ts';
import { lawAt } from './law.ts';
import { scalingOf } from './scaling.ts';

const law = { perOne: 1000, contention: 0.05, coherency: 0.01 };

/** Rounds at each count, with the RPS that a function gives. */
function trials(counts: readonly number[], rounds: number, rpsAt: (count: number, round: number) => number) {
  return counts.flatMap((replicas) =>
    Array.from({ length: rounds }, (_, index) =>
      trialRecord({ replicas, round: index + 1, metrics: { rps: rpsAt(replicas, index + 1), error_rate: 0 } }),
    ),
  );
}

/** On the law, with 1% of noise that is the same in every run of the test. */
function onLaw(counts: readonly number[], rounds = 3): readonly TrialRecord[] {
  const random = randomBy(1);
  return trials(counts, rounds, (count) => lawAt(law, count) * Math.exp(0.01 * normal(random)));
}

function fitted(all: readonly TrialRecord[]): Scaling {
  const replicas = [...new Set(all.map((trial) => trial.replicas))];
  const [scaling, ...others] = scalingOf([scenario({ variants: ['aside'], replicas })], all);
  if (scaling === undefined || others.length > 0) throw new Error('there is not exactly one curve');
  return scaling;
}

/** The trials with the first one at a count changed. */
function changed(count: number, change: Partial<TrialRecord>): readonly TrialRecord[] {
  const all = onLaw([1, 2, 4, 8]);
  const first = all.findIndex(({ replicas }) => replicas === count);
  return all.map((trial, index) => (index === first ? { ...trial, ...change } : trial));
}

describe('how a variant scales', () => {
  it('is told by a law that has the truth in its intervals, with the peak where there is one', () => {
    const { law: found, refusal, points } = fitted(onLaw([1, 2, 4, 8, 16]));
    expect(refusal).toBeUndefined();
    for (const parameter of ['perOne', 'contention', 'coherency'] as const) {
      expect(found?.[parameter].low, parameter).toBeLessThan(law[parameter]);
      expect(found?.[parameter].high, parameter).toBeGreaterThan(law[parameter]);
    }
    // sqrt((1 − 0.05) / 0.01)
    expect(found?.peak?.count.low).toBeLessThan(9.75);
    expect(found?.peak?.count.high).toBeGreaterThan(9.75);
    expect(found?.determination).toBeGreaterThan(0.99);
    expect(points.map(({ count }) => count)).toEqual([1, 2, 4, 8, 16]);
    // Each of sixteen gives 1 / (1 + 0.05 × 15 + 0.01 × 16 × 15) of what one gives.
    expect(points.at(-1)?.efficiency).toBeCloseTo(1 / 4.15, 2);
  });

  it('has the truth in the interval of its curve, from one to the largest count', () => {
    const curve = fitted(onLaw([1, 2, 4, 8, 16])).law?.curve ?? [];
    expect([curve[0]?.count, curve.at(-1)?.count]).toEqual([1, 16]);
    for (const { count, low, value, high } of curve) {
      expect(low, `at ${count}`).toBeLessThan(lawAt(law, count));
      expect(high, `at ${count}`).toBeGreaterThan(lawAt(law, count));
      expect(low <= value && value <= high, `at ${count}`).toBe(true);
    }
  });

  it('has no peak where none can be told from the data', () => {
    const linear = fitted(trials([1, 2, 4, 8], 3, (count, round) => count * (1000 + round)));
    expect(linear.law).toBeDefined();
    expect(linear.law?.peak).toBeUndefined();
    expect(linear.law?.contention.low).toBe(0);
  });

  it('is not asked of two counts', () => {
    expect(scalingOf([scenario({ variants: ['aside'], replicas: [1, 2] })], onLaw([1, 2]))).toEqual([]);
  });

  it('is told over connections where variants differ in nothing else', () => {
    const counts = [1, 2, 4, 8];
    const base = scenario({ variants: counts.map((count) => `c${count}`) });
    const variants = base.variants.map((variant, index) => ({
      ...variant,
      load: { ...defaultLoad, connections: counts[index] ?? NaN },
    }));
    const all = onLaw(counts).map((trial) => ({ ...trial, variant: `c${trial.replicas}`, replicas: 1 }));
    const [scaling, ...others] = scalingOf([{ ...base, variants }], all);
    expect(others).toEqual([]);
    expect(scaling).toMatchObject({ over: 'connections', variant: 'c1, c2, c4, c8' });
    expect(scaling?.law?.perOne.value).toBeCloseTo(1000, -2);
  });
});

describe('a law is refused', () => {
  it.each([
    ['of too few counts', onLaw([1, 2, 4]), 'a law takes at least 4 different counts of replicas, and there are 3'],
    ['of one round', onLaw([1, 2, 4, 8], 1), 'a law takes at least 2 rounds, to know what chance does'],
    [
      'where a point was limited by the generator',
      changed(8, { caveats: [{ kind: 'generator-saturated', text: 'the load generator was busy', doubts: ['rps'] }] }),
      'at 8 replicas the load generator was busy',
    ],
    [
      'where requests failed',
      changed(4, { metrics: { rps: 3000, error_rate: 0.03 } }),
      'at 4 replicas 3% of the requests failed',
    ],
    ['where nothing was answered', changed(1, { metrics: { rps: 0 } }), 'at 1 replica nothing was answered'],
    ['where RPS was not measured', changed(2, { metrics: {} }), 'at 2 replicas nothing was answered'],
    [
      'where a point is off the curve',
      trials([1, 2, 4, 8], 3, (count, round) => (count === 4 ? 900 : count * 1000) + round),
      'the points do not lie on such a curve: it misses the one at 4 by',
    ],
    [
      'where there is nothing to see',
      trials([1, 2, 4, 8], 3, (count, round) => 1000 + ((7 * count + 3 * round) % 5)),
      'RPS hardly changes with the count (by <1% in all): there is no curve to fit',
    ],
  ])('%s', (_, all, reason) => {
    const { law: none, refusal, points } = fitted(all);
    expect(none).toBeUndefined();
    expect(refusal).toMatch(new RegExp(`^${reason.replace(/[()]/g, '\\$&')}`));
    // What was measured is shown all the same.
    expect(points.length).toBeGreaterThan(2);
  });

  it('says nothing against a caveat about something else', () => {
    const other = { kind: 'too-few-samples' as const, text: 'few samples beyond p99', doubts: ['p99'] };
    expect(fitted(changed(8, { caveats: [other] })).refusal).toBeUndefined();
  });

  const noises: readonly (readonly [string, (random: () => number) => number])[] = [
    ['5%', (random) => 0.05 * normal(random)],
    ['30%', (random) => 0.3 * normal(random)],
    ['heavy tails', (random) => 0.1 * student2(random)],
  ];

  it.each(noises)('of pure noise, in each of 200 cases: %s', (_, noise) => {
    const random = randomBy(7);
    for (let number = 0; number < 200; number++) {
      const all = trials([1, 2, 4, 8], 3, () => 1000 * Math.exp(noise(random)));
      expect(fitted(all).refusal, `case ${number}`).toBeDefined();
    }
  });
});
