import { describe, expect, it } from 'vitest';
import { censoredPercentiles, thinPercentiles } from './percentiles.ts';

describe('thinPercentiles', () => {
  it('are those with fewer answers beyond them than asked for', () => {
    expect(thinPercentiles(10_000, 10)).toEqual([]);
    expect(thinPercentiles(9_999, 10)).toEqual(['p99.9']);
    expect(thinPercentiles(999, 10)).toEqual(['p99', 'p99.9']);
    expect(thinPercentiles(10_000, 100)).toEqual(['p99.9']);
  });
});

describe('censoredPercentiles', () => {
  it('are those that move by a tenth of what lies beyond them', () => {
    expect(censoredPercentiles(0)).toEqual([]);
    expect(censoredPercentiles(0.0001)).toEqual([]);
    expect(censoredPercentiles(0.0002)).toEqual(['p99.9']);
    expect(censoredPercentiles(0.002)).toEqual(['p99', 'p99.9']);
    expect(censoredPercentiles(0.5)).toEqual(['p50', 'p90', 'p95', 'p99', 'p99.9']);
  });
});
