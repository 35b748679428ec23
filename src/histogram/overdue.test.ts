import { describe, expect, it } from 'vitest';
import { seededRandom } from '../model/random.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { overdueIn, type Overdue } from './overdue.ts';

const random = seededRandom(18);

function histogramOf(latenciesMs: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const ms of latenciesMs) histogram.record(ms);
  return histogram;
}

const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

/** What a closed loop has in its books after that long: each connection asks again as soon as it is answered. */
function closedLoop(connections: number, durationMs: number, latencyMs: (atMs: number) => number): Overdue {
  const answered: number[] = [];
  const waiting: number[] = [];
  for (let connection = 0; connection < connections; connection++) {
    let atMs = -durationMs - random.next() * 1000;
    for (;;) {
      const tookMs = latencyMs(atMs);
      if (atMs + tookMs >= durationMs) break;
      if (atMs + tookMs >= 0) answered.push(tookMs);
      atMs += tookMs;
    }
    waiting.push(durationMs - atMs);
  }
  return overdueIn(histogramOf(waiting), histogramOf(answered));
}

describe('overdueIn', () => {
  it('takes nothing for overdue that has waited as long as answers take', () => {
    const answered = histogramOf(times(1000, 10));
    expect(overdueIn(histogramOf([1, 4, 9.9]), answered)).toEqual({ requests: 0, waitedUs: 0, shortestUs: 0 });
    expect(overdueIn(histogramOf([]), answered).requests).toBe(0);
  });

  it('finds those that wait on where the server has stopped, and one among many that do not', () => {
    const answered = histogramOf(times(20_000, 10));
    const all = overdueIn(histogramOf(times(50, 8000)), answered);
    expect(all.requests).toBe(50);
    expect(all.shortestUs / 8_000_000).toBeCloseTo(1, 2);
    expect(all.waitedUs / 400_000_000).toBeCloseTo(1, 2);
    expect(overdueIn(histogramOf([...times(49, 5), 8000]), answered).requests).toBe(1);
  });

  it('is not led astray by one answer that once took long', () => {
    const answered = histogramOf([...times(20_000, 10), 1000]);
    expect(overdueIn(histogramOf(times(50, 4000)), answered).requests).toBe(50);
  });

  it('takes every request for overdue where nothing was answered', () => {
    expect(overdueIn(histogramOf(times(5, 2000)), histogramOf([])).requests).toBe(5);
  });

  it('asks for more where few answers are known', () => {
    const answered = histogramOf(times(20, 700));
    expect(overdueIn(histogramOf(times(10, 1000)), answered).requests).toBe(0);
    expect(overdueIn(histogramOf(times(10, 8000)), answered).requests).toBe(10);
  });

  const exponential = (meanMs: number) => -meanMs * Math.log(1 - random.next());
  it.each([
    ['always alike', () => 20],
    ['exponential', () => exponential(20)],
    ['exponential and slow: ten of them a connection', () => exponential(500)],
    ['with one in a hundred a hundred times as slow', () => (random.next() < 0.01 ? exponential(1000) : 10)],
    ['with a heavy tail', () => 10 * (1 - random.next()) ** (-1 / 3)],
    ['stalled for 300 ms every 2 s', (atMs: number) => (atMs % 2000 < 50 ? 300 : 20)],
  ])('has no false alarm, or one in a hundred trials of a healthy closed loop: %s', (_, latencyMs) => {
    const trials = 100;
    let alarms = 0;
    for (let trial = 0; trial < trials; trial++) {
      // The phase of what comes regularly is another one in each.
      const shiftMs = random.next() * 2000;
      if (closedLoop(10, 5000, (atMs) => latencyMs(atMs + shiftMs + 10_000)).requests > 0) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(1);
  });
});
