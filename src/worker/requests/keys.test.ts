import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../model/random.ts';
import type { KeyDistribution } from '../../model/workload.ts';
import { keySource } from './keys.ts';

function draw(distribution: KeyDistribution, seed: number, times: number): number[] {
  const source = keySource(distribution, seededRandom(seed));
  return Array.from({ length: times }, source);
}

/** Pearson's statistic of drawn ranks against probabilities proportional to rank^-exponent. */
function chiSquare(keys: readonly number[], exponent: number, of: number): number {
  const weights = Array.from({ length: of }, (_, index) => (index + 1) ** -exponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const counts = new Array<number>(of).fill(0);
  for (const key of keys) counts[key - 1] = (counts[key - 1] ?? 0) + 1;
  return weights.reduce((sum, weight, index) => {
    const expected = (keys.length * weight) / total;
    return sum + ((counts[index] ?? 0) - expected) ** 2 / expected;
  }, 0);
}

describe('keySource', () => {
  it('draws the same keys for the same seed, and others for another', () => {
    const distribution = { kind: 'zipf', exponent: 1.1, of: 1000 } as const;
    expect(draw(distribution, 7, 100)).toEqual(draw(distribution, 7, 100));
    expect(draw(distribution, 7, 100)).not.toEqual(draw(distribution, 8, 100));
  });

  it.each([
    { kind: 'uniform', of: 1 },
    { kind: 'uniform', of: 10 },
    { kind: 'zipf', exponent: 1, of: 1 },
    { kind: 'zipf', exponent: 0.5, of: 10 },
    { kind: 'zipf', exponent: 1, of: 10 },
    { kind: 'zipf', exponent: 3, of: 10 },
  ] as const)('draws whole numbers from 1 to the last, and all of them: %j', (distribution) => {
    const keys = new Set(draw(distribution, 3, 50_000));
    expect([...keys].sort((a, b) => a - b)).toEqual(Array.from({ length: distribution.of }, (_, index) => index + 1));
  });

  // 134.6 is what chi-square with 100 - 1 degrees of freedom exceeds once in 100; the seed is fixed, so it never flakes.
  it.each([0, 0.2, 0.99, 1, 1.1, 2])('draws zipf with exponent %d as often as its law says', (exponent) => {
    expect(chiSquare(draw({ kind: 'zipf', exponent, of: 100 }, 11, 300_000), exponent, 100)).toBeLessThan(134.6);
  });

  it('draws uniform keys equally often', () => {
    expect(chiSquare(draw({ kind: 'uniform', of: 100 }, 5, 300_000), 0, 100)).toBeLessThan(134.6);
  });

  it('reaches the rare keys of a large space', () => {
    const keys = draw({ kind: 'zipf', exponent: 0.8, of: 10_000_000 }, 1, 100_000);
    expect(Math.max(...keys)).toBeGreaterThan(9_000_000);
    expect(Math.max(...keys)).toBeLessThanOrEqual(10_000_000);
  });

  it('draws the one hot key', () => {
    expect(draw({ kind: 'hot', key: 42 }, 1, 3)).toEqual([42, 42, 42]);
  });
});

describe('seededRandom', () => {
  it('stays on [0, 1) and gives near seeds unlike streams', () => {
    const streams = [1, 2, 2 ** 32 + 1].map((seed) => {
      const random = seededRandom(seed);
      return Array.from({ length: 1000 }, () => random.next());
    });
    for (const number of streams.flat()) {
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThan(1);
    }
    expect(new Set(streams.flat()).size).toBe(3000);
  });
});
