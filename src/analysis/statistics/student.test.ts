import { qt } from 'lib-r-math.js';
import { describe, expect, it } from 'vitest';
import { studentP, studentQuantile } from './student.ts';

describe('Student’s t', () => {
  // Abramowitz and Stegun, table 26.10.
  it.each([
    [1, 0.95, 12.706],
    [2, 0.99, 9.925],
    [3, 0.95, 3.182],
    [4, 0.99, 4.604],
    [5, 0.95, 2.571],
    [10, 0.99, 3.169],
    [30, 0.95, 2.042],
  ])('with %d degrees of freedom lies within so much with a confidence of %d', (degrees, confidence, value) => {
    expect(studentQuantile(confidence, degrees)).toBeCloseTo(value, 3);
    expect(studentP(-value, degrees)).toBeCloseTo(1 - confidence, 3);
  });

  it('has the quantiles that R has', () => {
    for (let degrees = 1; degrees <= 200; degrees++) {
      expect(studentQuantile(0.95, degrees) / qt(0.975, degrees), `at ${degrees}`).toBeCloseTo(1, 6);
    }
  });
});
