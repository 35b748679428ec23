import { psignrank, pwilcox } from 'lib-r-math.js';
import { describe, expect, it } from 'vitest';
import { leastDifferences, signedRankInterval, signedRankP } from './signed-rank.ts';
import { rankSumInterval, rankSumP } from './rank-sum.ts';

// Every figure against a source of its own: published tables and worked examples, and the distributions of R, translated to
// JavaScript from R's own code (the package lib-r-math.js).

/** Differences of 1, 2, … n, of which those named are positive: their rank sum is the sum of those. */
function differences(count: number, positive: readonly number[]): readonly number[] {
  return Array.from({ length: count }, (_, index) => (positive.includes(index + 1) ? index + 1 : -(index + 1)));
}

/** Ranks from 1 to n that add up to a sum, the largest ones first. */
function ranksOf(count: number, sum: number): readonly number[] {
  const chosen: number[] = [];
  let rest = sum;
  for (let rank = count; rank >= 1; rank--) {
    if (rank > rest) continue;
    chosen.push(rank);
    rest -= rank;
  }
  return chosen;
}

/** Two samples without ties of which so many pairs have a above b. */
function samples(sizeA: number, sizeB: number, above: number): readonly [readonly number[], readonly number[]] {
  const b = Array.from({ length: sizeB }, (_, index) => index + 1);
  const a = Array.from({ length: sizeA }, (_, index) => {
    const beaten = Math.min(sizeB, Math.max(0, above - index * sizeB));
    return beaten + 0.5 + index / 1000;
  });
  return [a, b];
}

// Depression of nine patients before and after a tranquilliser, of Hollander and Wolfe, and in the examples of R's wilcox.test.
const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const change = after.map((value, patient) => value - (before[patient] ?? NaN));

// Permeability of a membrane at term and before it, of the same two sources.
const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const earlier = [1.15, 0.88, 0.9, 0.74, 1.21];

describe('the signed-rank test', () => {
  it('has the p of the example of R: wilcox.test(x, y, paired = TRUE, alternative = "greater"), V = 40, p = 0.01953', () => {
    expect(signedRankP(change)).toBeCloseTo(2 * 0.01953125, 10);
  });

  // The critical values of Wilcoxon and Wilcox, "Some Rapid Approximate Statistical Procedures" (1964), as textbooks print them: the
  // largest smaller rank sum that is significant, two-sided.
  const critical = {
    0.05: [0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 29, 34, 40, 46, 52, 58, 65, 73, 81, 89],
    0.01: [NaN, NaN, 0, 1, 3, 5, 7, 9, 12, 15, 19, 23, 27, 32, 37, 42, 48, 54, 61, 68],
  };

  it.each([0.05, 0.01] as const)(
    'turns at the critical values of the tables, for 6 to 25 differences at %d',
    (level) => {
      for (const [index, value] of critical[level].entries()) {
        const count = index + 6;
        const p = (sum: number): number => signedRankP(differences(count, ranksOf(count, sum)));
        if (Number.isNaN(value)) {
          expect(p(0)).toBeGreaterThan(level);
          continue;
        }
        expect(p(value), `${count} differences`).toBeLessThanOrEqual(level);
        expect(p(value + 1), `${count} differences`).toBeGreaterThan(level);
      }
    },
  );

  it('has the p of R for every rank sum of up to 20 differences, and for some of 40 and 60', () => {
    const sums = (count: number): number => (count * (count + 1)) / 4;
    for (let count = 1; count <= 20; count++) {
      for (let sum = 0; sum < sums(count); sum++) {
        const p = signedRankP(differences(count, ranksOf(count, sum)));
        expect(p, `${sum} of ${count}`).toBeCloseTo(Math.min(1, 2 * psignrank(sum, count)), 10);
      }
    }
    for (const [count, sum] of [
      [40, 264],
      [40, 350],
      [60, 650],
      [60, 800],
    ] as const) {
      const p = signedRankP(differences(count, ranksOf(count, sum)));
      expect(p, `${sum} of ${count}`).toBeCloseTo(2 * psignrank(sum, count), 10);
    }
  });

  it('counts ties right: of all 2^8 choices of signs, as many are as extreme as it says', () => {
    const sizes = [1, 1, 2, 2, 2, 3, 4, 4];
    const ranks = [1.5, 1.5, 4, 4, 4, 6, 7.5, 7.5];
    const sumOf = (signs: number): number =>
      ranks.reduce((sum, rank, bit) => ((signs >> bit) & 1 ? sum + rank : sum), 0);
    const all = Array.from({ length: 256 }, (_, signs) => sumOf(signs));
    const from = (sum: number): number => Math.min(sum, 36 - sum);
    for (const signs of [0, 1, 6, 37, 200]) {
      const extreme = all.filter((sum) => from(sum) <= from(sumOf(signs))).length;
      const signed = sizes.map((size, bit) => ((signs >> bit) & 1 ? size : -size));
      expect(signedRankP(signed)).toBeCloseTo(Math.min(1, extreme / 256), 12);
      expect(signedRankP([...signed, 0, 0])).toBe(signedRankP(signed));
    }
  });

  it('finds nothing in no difference', () => {
    expect(signedRankP([])).toBe(1);
    expect(signedRankP([0, 0])).toBe(1);
  });
});

describe('the interval of the signed-rank test', () => {
  it('has the estimate −0.46 and the 96% interval (−0.786, −0.010) of Hollander and Wolfe, 3.2 and 3.3', () => {
    const { value, low, high } = signedRankInterval(change, 0.96);
    expect(value).toBeCloseTo(-0.46, 3);
    expect(low).toBeCloseTo(-0.786, 3);
    expect(high).toBeCloseTo(-0.01, 3);
  });

  it('has the estimate 1.385 and the interval (1.13, 1.67) that Stephenson reads off a table for ten membranes', () => {
    // W. R. Stephenson, Iowa State University, Stat 403, "Membrane permeability": the 9th and the 47th of 55 Walsh averages, 95.2%.
    const membranes = [0.9, 1.13, 1.89, 1.14, 1.45, 1.38, 1.91, 1.64, 0.83, 1.46];
    const { value, low, high } = signedRankInterval(membranes, 0.95);
    expect(value).toBeCloseTo(1.385, 6);
    expect(low).toBeCloseTo(1.13, 6);
    expect(high).toBeCloseTo(1.67, 2);
    // His p of 2 × 0.019 that the permeability is 1.10.
    expect(signedRankP(membranes.map((value) => value - 1.1))).toBeCloseTo(0.037, 3);
  });

  it.each([
    [0.95, 6],
    [0.975, 7],
    [0.99, 8],
    [0.999, 11],
  ])('of %d takes %d differences, as the tables begin there', (confidence, least) => {
    expect(leastDifferences(confidence)).toBe(least);
    const values = Array.from({ length: least }, (_, index) => index + 1);
    expect(signedRankInterval(values, confidence)).toEqual({ value: (least + 1) / 2, low: 1, high: least });
    expect(signedRankInterval(values.slice(1), confidence)).toMatchObject({ low: -Infinity, high: Infinity });
  });

  it('leaves out exactly the shifts that the test rejects', () => {
    const { low, high } = signedRankInterval(change, 0.95);
    const p = (shift: number): number => signedRankP(change.map((value) => value - shift));
    expect(p(low - 1e-6)).toBeLessThanOrEqual(0.05);
    expect(p(low + 1e-6)).toBeGreaterThan(0.05);
    expect(p(high - 1e-6)).toBeGreaterThan(0.05);
    expect(p(high + 1e-6)).toBeLessThanOrEqual(0.05);
  });
});

describe('the rank-sum test', () => {
  it('has the p of the example of R: wilcox.test(x, y, alternative = "greater"), W = 35, p = 0.1272', () => {
    expect(rankSumP(atTerm, earlier)).toBeCloseTo(2 * 0.1272, 3);
    expect(rankSumP(earlier, atTerm)).toBe(rankSumP(atTerm, earlier));
  });

  // Mann and Whitney's U at 0.05, two-sided, of samples of equal size, as textbooks print it (after Auble, 1953).
  it('turns at the critical values of the tables, for 4 to 20 values a side at 0.05', () => {
    const critical = [0, 2, 5, 8, 13, 17, 23, 30, 37, 45, 55, 64, 75, 87, 99, 113, 127];
    for (const [index, value] of critical.entries()) {
      const size = index + 4;
      const p = (above: number): number => rankSumP(...samples(size, size, above));
      expect(p(value), `${size} a side`).toBeLessThanOrEqual(0.05);
      expect(p(value + 1), `${size} a side`).toBeGreaterThan(0.05);
    }
  });

  it.each([
    [5, [2, 3, 5, 6, 7, 8]],
    [8, [6, 8, 10, 13, 15, 17]],
  ])('turns at them for %d values against 5 to 10', (size, critical) => {
    for (const [index, value] of critical.entries()) {
      expect(rankSumP(...samples(size, index + 5, value))).toBeLessThanOrEqual(0.05);
      expect(rankSumP(...samples(size, index + 5, value + 1))).toBeGreaterThan(0.05);
    }
  });

  it('has the p of R for every U of up to 8 values against up to 12', () => {
    for (const [sizeA, sizeB] of [
      [1, 12],
      [3, 5],
      [6, 6],
      [8, 12],
    ] as const) {
      for (let above = 0; above < (sizeA * sizeB) / 2; above++) {
        const p = rankSumP(...samples(sizeA, sizeB, above));
        expect(p, `${above} of ${sizeA} × ${sizeB}`).toBeCloseTo(Math.min(1, 2 * pwilcox(above, sizeA, sizeB)), 10);
      }
    }
  });

  it('finds nothing in equal values, or in none', () => {
    expect(rankSumP([1, 1, 1, 1], [1, 1, 1, 1])).toBe(1);
    expect(rankSumP([], [1])).toBe(1);
  });
});

describe('the interval of the rank-sum test', () => {
  it('has the estimate −0.305 and the 96% interval (−0.76, 0.15) of Hollander and Wolfe, 4.2 and 4.3', () => {
    const { value, low, high } = rankSumInterval(atTerm, earlier, 0.96);
    expect(value).toBeCloseTo(-0.305, 6);
    expect(low).toBeCloseTo(-0.76, 6);
    expect(high).toBeCloseTo(0.15, 6);
  });

  it('leaves out exactly the shifts that the test rejects', () => {
    const { low, high } = rankSumInterval(atTerm, earlier, 0.95);
    const p = (shift: number): number =>
      rankSumP(
        atTerm,
        earlier.map((value) => value - shift),
      );
    expect(p(low - 1e-6)).toBeLessThanOrEqual(0.05);
    expect(p(low + 1e-6)).toBeGreaterThan(0.05);
    expect(p(high - 1e-6)).toBeGreaterThan(0.05);
    expect(p(high + 1e-6)).toBeLessThanOrEqual(0.05);
  });

  it('takes four values a side for 95%', () => {
    expect(rankSumInterval([1, 2, 3, 4], [11, 12, 13, 14], 0.95)).toEqual({ value: 10, low: 7, high: 13 });
    expect(rankSumInterval([1, 2, 3], [11, 12, 13], 0.95)).toEqual({ value: 10, low: -Infinity, high: Infinity });
  });
});
