import { describe, expect, it } from 'vitest';
import { randomBy } from '../../model/random.ts';
import { normal } from '../testing/random.ts';
import { changePoints, leastForChange } from './e-divisive.ts';

const placesIn = (values: readonly number[]): readonly number[] => changePoints(values).map(({ at }) => at);
const times = (count: number, of: () => number): number[] => Array.from({ length: count }, of);

describe('the change points of a series', () => {
  const random = randomBy(14);
  const around =
    (middle: number): (() => number) =>
    () =>
      middle + 0.02 * normal(random);

  it('are where its level changes, with what lay on both sides', () => {
    const values = [...times(10, around(1)), ...times(10, around(1.2)), ...times(10, around(0.9))];
    expect(placesIn(values)).toEqual([10, 20]);
    expect(changePoints(values).map(({ before, after }) => [before.length, after.length])).toEqual([
      [10, 10],
      [10, 10],
    ]);
  });

  it('are found at the fewest values with which they can be', () => {
    const [low, high] = [times(4, around(1)), times(4, around(2))];
    expect(placesIn([...low, ...high])).toEqual([4]);
    expect(low.length + high.length).toBe(leastForChange);
    expect(placesIn([...low.slice(1), ...high])).toEqual([]);
  });

  it('are no values that lie apart for once', () => {
    const values = times(20, around(1));
    values[7] = 3;
    expect(placesIn(values)).toEqual([]);
  });

  it('are told of a series without any in one of twenty cases', () => {
    const draws = 200;
    const told = times(draws, () => placesIn(times(12, () => normal(random))).length).filter((count) => count > 0);
    // The limit is that of a binomial of 200 at 5%, which one in a thousand exceeds; the numbers are the same each time.
    expect(told.length).toBeLessThanOrEqual(20);
  });
});
