import { expect, it } from 'vitest';
import { binomialTail } from './binomial.ts';

it.each([
  [0, 5, 0.5, 1],
  [5, 5, 0.5, 1 / 32],
  [2, 3, 0.5, 0.5],
  [1, 10, 0.1, 1 - 0.9 ** 10],
  [8, 8, 0.5, 1 / 256],
])('is the chance of at least %i of %i at %f', (successes, trials, chance, expected) => {
  expect(binomialTail(successes, trials, chance)).toBeCloseTo(expected, 12);
});

it('does not lose itself in large numbers', () => {
  expect(binomialTail(5_000, 10_000, 0.5)).toBeCloseTo(0.504, 3);
  expect(binomialTail(5_300, 10_000, 0.5)).toBeLessThan(1e-8);
});
