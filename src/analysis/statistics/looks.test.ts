import { describe, expect, it } from 'vitest';
import { leastRounds, planLooks } from './looks.ts';
import { leastDifferences } from './signed-rank.ts';

describe('the looks of a comparison', () => {
  it('are none where there is no time for rounds enough', () => {
    expect(leastRounds).toBe(6);
    expect(planLooks(5)).toBeUndefined();
  });

  it.each([
    [6, [6]],
    [9, [8]],
    [10, [8, 10]],
    [27, [8, 12, 18, 27]],
    [39, [8, 12, 18, 27, 39]],
    [40, [8, 12, 18, 27, 40]],
    [500, [8, 12, 18, 27, 40, 60]],
  ])('with time for %d rounds are after %j', (mostRounds, rounds) => {
    expect(planLooks(mostRounds)?.rounds).toEqual(rounds);
  });

  it('share the 5% among them, and each has rounds enough for its interval', () => {
    for (let mostRounds = 6; mostRounds <= 80; mostRounds++) {
      const { rounds, confidence } = planLooks(mostRounds) ?? { rounds: [], confidence: NaN };
      expect((1 - confidence) * rounds.length).toBeCloseTo(0.05, 12);
      expect(rounds[0]).toBeGreaterThanOrEqual(leastDifferences(confidence));
    }
  });
});
