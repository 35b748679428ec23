import { describe, expect, it } from 'vitest';
import {
  arrivalsBetween,
  arrivalsIn,
  constantRate,
  durationOf,
  isConstant,
  peakAtMs,
  stagesFrom,
  stretched,
} from './rate-stages.ts';

const stages = stagesFrom(100, [
  { kind: 'ramp', perSecond: 300, durationMs: 10_000 },
  { kind: 'spike', perSecond: 1000, durationMs: 1000 },
  { kind: 'step', perSecond: 50, durationMs: 2000 },
]);

describe('stages', () => {
  it('have a length and a number of arrivals', () => {
    expect(durationOf(stages)).toBe(13_000);
    expect(arrivalsIn(stages)).toBe(2000 + 1000 + 100);
  });

  it('have a number of arrivals from one moment to another', () => {
    // The ramp rises by 20 a second in each second.
    expect(arrivalsBetween(stages, 0, 1000)).toBeCloseTo(110, 9);
    expect(arrivalsBetween(stages, 9000, 10_000)).toBeCloseTo(290, 9);
    expect(arrivalsBetween(stages, 9000, 12_000)).toBeCloseTo(290 + 1000 + 50, 9);
    expect(arrivalsBetween(stages, 0, 20_000)).toBeCloseTo(arrivalsIn(stages), 9);
    expect(arrivalsBetween(stages, 13_000, 14_000)).toBe(0);
  });

  it('have a peak, which begins with the first stage that leads to it', () => {
    expect(peakAtMs(stages)).toBe(10_000);
    expect(peakAtMs(stages.slice(0, 1))).toBe(0);
    expect(peakAtMs([...constantRate(5, 1000), ...constantRate(9, 1000), ...constantRate(9, 1000)])).toBe(1000);
  });

  it('are stretched in proportion, to exactly that length, in whole milliseconds', () => {
    expect(stretched(stages, 26_000).map(({ durationMs }) => durationMs)).toEqual([20_000, 2000, 4000]);
    const thirds = stretched(stages, 1000).map(({ durationMs }) => durationMs);
    expect(thirds).toEqual([769, 77, 154]);
    const brief = [...constantRate(1, 100), ...constantRate(2, 3_000_000)];
    expect(stretched(brief, 1000)).toEqual(constantRate(2, 1000));
  });

  it('are constant if there is one, at one rate', () => {
    expect(isConstant(constantRate(5, 1000))).toBe(true);
    expect(isConstant(stages)).toBe(false);
    expect(isConstant(stagesFrom(5, [{ kind: 'ramp', perSecond: 6, durationMs: 1000 }]))).toBe(false);
  });
});
