import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../../test/fakes/records.ts';
import { scenario } from '../../../test/fakes/scenario.ts';
import { seedOf, shuffled, randomBy } from '../../model/random.ts';
import type { Comparison, TrialRecord } from '../../record/run-record.ts';
import { planOfScenarios } from '../../scenarios/planning/expand.ts';
import { compareTrials } from '../comparison/comparison.ts';
import { normal, student2 } from '../testing/random.ts';
import { planLooks } from './looks.ts';

// The statistics alone, over thousands of simulated comparisons: trials in the order of a real plan, disturbed along the clock, and
// looked at as often as a batch of rounds is.

/** What chance does to the logarithm of each of so many trials, one after the other. */
type Disturbance = (trials: number, random: () => number) => readonly number[];

const each =
  (draw: (random: () => number) => number): Disturbance =>
  (trials, random) =>
    Array.from({ length: trials }, () => draw(random));

/** Each trial is like the one before it: within a round, and from round to round. */
const autocorrelated =
  (share: number): Disturbance =>
  (trials, random) => {
    let state = normal(random);
    return Array.from({ length: trials }, () => {
      state = share * state + Math.sqrt(1 - share ** 2) * normal(random);
      return 0.1 * state;
    });
  };

const disturbances: Readonly<Record<string, Disturbance>> = {
  'normal noise': each((random) => 0.05 * normal(random)),
  'noise without a variance (Student with 2 degrees of freedom)': each((random) => 0.05 * student2(random)),
  'a mixture in which every tenth trial is slowed down several times': each(
    (random) => 0.02 * normal(random) - (random() < 0.1 ? Math.exp(normal(random)) : 0),
  ),
  'a drift to half the speed': (trials, random) =>
    Array.from({ length: trials }, (_, index) => (-Math.LN2 * index) / trials + 0.002 * normal(random)),
  'autocorrelation of 0.5': autocorrelated(0.5),
  'autocorrelation of 0.95': autocorrelated(0.95),
  'a machine that is 10% slower for who is first in a round': (trials, random) =>
    Array.from({ length: trials }, (_, index) => (index % 2 === 0 ? -0.1 : 0) + 0.02 * normal(random)),
};

const sides = scenario({ variants: ['A', 'B'] });

function record(variant: string, round: number, logRps: number): TrialRecord {
  return trialRecord({ scenario: sides.name, variant, round, metrics: { rps: 1000 * Math.exp(logRps) } });
}

/** The sides of so many rounds, in the order of the plan with that seed; a plan itself takes ten times as long. */
function order(seed: number, rounds: number): readonly string[] {
  return Array.from({ length: rounds }, (_, index) =>
    shuffled(['A', 'B'], seedOf(seedOf(seed, sides.name, index + 1), 'order')),
  ).flat();
}

/** The rounds of a plan, disturbed; B is `ratio` times as fast. */
function measured(seed: number, rounds: number, disturb: Disturbance, ratio = 1): readonly TrialRecord[] {
  const noise = disturb(2 * rounds, randomBy(seed));
  return order(seed, rounds).map((variant, index) =>
    record(variant, (index >> 1) + 1, (noise[index] ?? NaN) + (variant === 'B' ? Math.log(ratio) : 0)),
  );
}

/** As a batch compares: look by look, until there is a difference or no look is left. Nothing is too small to be called one. */
function compared(trials: readonly TrialRecord[], mostRounds: number): Comparison['metrics'][number] {
  const looks = planLooks(mostRounds);
  if (looks === undefined) throw new Error('too few rounds');
  let found: Comparison['metrics'][number] | undefined;
  for (const rounds of looks.rounds) {
    const seen = trials.filter(({ round }) => round <= rounds);
    const [ofA, ofB] = ['A', 'B'].map((variant) => seen.filter((trial) => trial.variant === variant));
    const [a, b] = [
      { name: 'A', variant: 'A' },
      { name: 'B', variant: 'B' },
    ];
    const { confidence } = looks;
    const settings = { scenario: sides.name, replicas: 1, a, b, paired: true, looks: looks.rounds.length };
    const { metrics } = compareTrials({ ...settings, confidence, smallest: 1e-9 }, ofA ?? [], ofB ?? []);
    found = metrics.find(({ metric }) => metric === 'rps');
    if (found?.outcome !== 'unresolved') break;
  }
  if (found === undefined) throw new Error('nothing was compared');
  return found;
}

it('is of rounds in the order of a plan', () => {
  for (const seed of [1, 2, 3]) {
    const { trials } = planOfScenarios([{ ...sides, rounds: 40 }], {}, seed);
    expect(order(seed, 40)).toEqual(trials.map(({ variant }) => variant));
  }
});

/** The share of so many cases that fulfil something. */
function shareOf(cases: number, fulfils: (seed: number) => boolean): number {
  return Array.from({ length: cases }, (_, seed) => seed).filter(fulfils).length / cases;
}

const isDifferent = ({ outcome }: { readonly outcome: string }): boolean => outcome.startsWith('b-');

describe('A against A, of 2,000 comparisons with looks after 8, 12, 18 and 27 rounds', () => {
  // No allowance for chance on top: looks that depend on each other leave room below 5%.
  it.each(Object.entries(disturbances))('finds a difference in at most 5% under %s', (_, disturb) => {
    const wrong = shareOf(2000, (seed) => isDifferent(compared(measured(seed, 27, disturb), 27)));
    expect(wrong).toBeLessThanOrEqual(0.05);
    // And not because it finds none whatever there is.
    expect(wrong).toBeGreaterThan(0);
  });

  it('finds one in at most 5% with all looks that there can be, up to 60 rounds', () => {
    const disturb = autocorrelated(0.8);
    const wrong = shareOf(2000, (seed) => isDifferent(compared(measured(seed, 60, disturb), 60)));
    expect(wrong).toBeLessThanOrEqual(0.05);
    expect(wrong).toBeGreaterThan(0);
  });

  it('would find one nearly always without the random order, where it matters who is first', () => {
    const disturb = disturbances['a machine that is 10% slower for who is first in a round'] ?? each(() => 0);
    const inOrder = (seed: number): readonly TrialRecord[] =>
      disturb(24, randomBy(seed)).map((log, index) => record(index % 2 === 0 ? 'A' : 'B', (index >> 1) + 1, log));
    expect(shareOf(1000, (seed) => isDifferent(compared(inOrder(seed), 12)))).toBeGreaterThan(0.95);
  });
});

describe('B 1.2 times as fast as A, of 1,000 comparisons', () => {
  it('is found within 12 rounds in at least 95% under noise of 5%', () => {
    const found = shareOf(1000, (seed) => {
      const trials = measured(seed, 12, disturbances['normal noise'] ?? each(() => 0), 1.2);
      return compared(trials, 12).outcome === 'b-higher';
    });
    expect(found).toBeGreaterThanOrEqual(0.95);
  });

  it.each([
    'noise without a variance (Student with 2 degrees of freedom)',
    'a drift to half the speed',
    'autocorrelation of 0.95',
  ])('has its ratio in the interval in at least 95% under %s', (name) => {
    const held = shareOf(1000, (seed) => {
      const trials = measured(seed, 12, disturbances[name] ?? each(() => 0), 1.2);
      const { low = -Infinity, high = Infinity } = compared(trials, 12);
      return low <= 1.2 && 1.2 <= high;
    });
    expect(held).toBeGreaterThanOrEqual(0.95);
    expect(held).toBeLessThan(1);
  });
});

describe('two runs of A that were not taken side by side, of 1,000 comparisons over 10 rounds each', () => {
  const alike = (seed: number, disturb: Disturbance): boolean => {
    const noise = disturb(20, randomBy(seed));
    const [ofA, ofB] = [noise.slice(0, 10), noise.slice(10)].map((logs) =>
      logs.map((log, index) => record('A', index + 1, log)),
    );
    const side = { name: 'A', variant: 'A' };
    const settings = { scenario: sides.name, replicas: 1, a: side, b: side, paired: false, looks: 1 };
    const { metrics } = compareTrials({ ...settings, confidence: 0.95, smallest: 1e-9 }, ofA ?? [], ofB ?? []);
    return !metrics.some(isDifferent);
  };

  it.each(['normal noise', 'noise without a variance (Student with 2 degrees of freedom)'])(
    'differ in 5% at most under %s, with a slack of 3 standard errors as the level is used to the full',
    (name) => {
      const wrong = shareOf(1000, (seed) => !alike(seed, disturbances[name] ?? each(() => 0)));
      expect(wrong).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 1000));
      expect(wrong).toBeGreaterThan(0);
    },
  );

  it.each(['a drift to half the speed', 'autocorrelation of 0.95'])(
    'often differ under %s: this comparison is told with a caveat',
    (name) => {
      const wrong = shareOf(1000, (seed) => !alike(seed, disturbances[name] ?? each(() => 0)));
      expect(wrong).toBeGreaterThan(0.25);
    },
  );
});
