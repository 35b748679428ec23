import { describe, expect, it } from 'vitest';
import { randomBy } from '../../model/random.ts';
import { normal } from '../testing/random.ts';
import { fitLaw } from './fit.ts';
import { estimateLaw, type Estimate } from './intervals.ts';
import { lawAt, type LawParameters, type Sample } from './law.ts';

const countSets: readonly [readonly number[], ...(readonly number[])[]] = [
  [1, 2, 3, 4],
  [1, 2, 4, 8],
  [1, 2, 4, 8, 16],
  [1, 2, 4, 8, 16, 32],
];

function pick<T>(random: () => number, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** A law as a system may have it, parameters at their limits among them, and rounds that chance has disturbed. */
function simulated(random: () => number): { law: LawParameters; samples: Sample[] } {
  const law = {
    perOne: 100 * 10 ** (2 * random()),
    contention: random() < 0.15 ? 0 : 0.3 * random(),
    coherency: random() < 0.15 ? 0 : 0.01 * random() ** 2,
  };
  const noise = 0.02 + 0.06 * random();
  const rounds = 3 + Math.floor(4 * random());
  const samples = pick(random, countSets).flatMap((count) =>
    Array.from({ length: rounds }, () => ({ count, rps: lawAt(law, count) * Math.exp(noise * normal(random)) })),
  );
  return { law, samples };
}

const cases = 1000;
const all = (() => {
  const random = randomBy(6);
  return Array.from({ length: cases }, () => {
    const { law, samples } = simulated(random);
    return { law, samples, found: estimateLaw(samples, fitLaw(samples)) };
  });
})();

describe('the scaling law', () => {
  it.each(['perOne', 'contention', 'coherency'] as const)(
    'has the true %s in its own interval in 95% of 1,000 cases',
    (parameter) => {
      const holds = ({ low, high }: Estimate, truth: number): boolean => low <= truth && truth <= high;
      const held = all.filter(({ law, found }) => holds(found[parameter], law[parameter])).length;

      expect(held).toBeGreaterThanOrEqual(0.95 * cases);
      // And not because it says nothing.
      expect(held).toBeLessThan(cases);
    },
  );
});
