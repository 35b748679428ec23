import { describe, expect, it } from 'vitest';
import { seededRandom } from '../model/random.ts';
import { LatencyHistogram } from './latency-histogram.ts';

function histogramOf(latenciesMs: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const latencyMs of latenciesMs) histogram.record(latencyMs);
  return histogram;
}

function latencies(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => 0.05 * Math.exp(10 * random.next()));
}

describe('LatencyHistogram', () => {
  it('reads what it wrote', () => {
    const histogram = histogramOf(latencies(1, 10_000));
    const read = LatencyHistogram.decode(histogram.encode());
    expect(read.encode()).toBe(histogram.encode());
    expect([read.count, read.meanUs, read.maxUs]).toEqual([histogram.count, histogram.meanUs, histogram.maxUs]);
    expect(read.quantileUs(0.99)).toBe(histogram.quantileUs(0.99));
  });

  it('adds exactly, also what was encoded between', () => {
    const parts = [latencies(1, 5000), latencies(2, 300), [], latencies(3, 1)];
    const merged = LatencyHistogram.merge(parts.map((part) => LatencyHistogram.decode(histogramOf(part).encode())));
    expect(merged.encode()).toBe(histogramOf(parts.flat()).encode());
  });

  it('gives quantiles within three significant digits', () => {
    const values = latencies(4, 20_000).sort((a, b) => a - b);
    const histogram = histogramOf(values);
    for (const share of [0.5, 0.9, 0.95, 0.99, 0.999, 1]) {
      const exactUs = (values[Math.ceil(share * values.length) - 1] ?? NaN) * 1000;
      expect(Math.abs(histogram.quantileUs(share) - exactUs)).toBeLessThanOrEqual(1 + exactUs / 1000);
    }
  });

  it('is all zeros when it is empty', () => {
    for (const empty of [new LatencyHistogram(), LatencyHistogram.decode(new LatencyHistogram().encode())]) {
      expect([empty.count, empty.meanUs, empty.maxUs, empty.quantileUs(0.99)]).toEqual([0, 0, 0, 0]);
    }
  });

  it('keeps to 1 µs at least and to ten minutes at most', () => {
    const histogram = histogramOf([-1, 0, 0.0004, 3_600_000]);
    expect(histogram.quantileUs(0.5)).toBe(1);
    expect(Math.abs(histogram.maxUs - 600_000_000)).toBeLessThanOrEqual(600_000);
    expect(LatencyHistogram.decode(histogram.encode()).maxUs).toBe(histogram.maxUs);
  });

  it('is empty again after a reset', () => {
    const histogram = histogramOf([5, 6]);
    histogram.reset();
    expect(histogram.encode()).toBe(new LatencyHistogram().encode());
  });
});
