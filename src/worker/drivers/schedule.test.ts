import { describe, expect, it } from 'vitest';
import { openLoad } from '../testing/jobs.ts';
import { Schedule } from './schedule.ts';

interface Arrival {
  readonly atMs: number;
  readonly isMeasured: boolean;
}

function arrivals(load: Parameters<typeof openLoad>[0], seed = 1): readonly Arrival[] {
  const schedule = new Schedule(openLoad(load), seed);
  const all: Arrival[] = [];
  while (schedule.atMs < Infinity) {
    all.push({ atMs: schedule.atMs, isMeasured: schedule.isMeasured });
    schedule.advance();
  }
  return all;
}

const within = (all: readonly Arrival[], fromMs: number, toMs: number): number =>
  all.filter(({ atMs }) => atMs >= fromMs - 1e-6 && atMs < toMs - 1e-6).length;

describe('Schedule', () => {
  it('spaces arrivals evenly, from the very start', () => {
    const all = arrivals({ ratePerSecond: 100, durationMs: 50 });
    expect(all.map(({ atMs }) => Math.round(atMs * 1000) / 1000)).toEqual([0, 10, 20, 30, 40]);
  });

  it.each([1, 3, 7, 333, 1000, 9999.5])('has exactly the arrivals that a rate of %d/s promises', (ratePerSecond) => {
    const all = arrivals({ ratePerSecond, durationMs: 2000, warmupMs: 1000 });
    expect(Math.abs(all.filter(({ isMeasured }) => isMeasured).length - ratePerSecond * 2)).toBeLessThan(1);
    expect(Math.abs(all.length - ratePerSecond * 3)).toBeLessThan(1);
  });

  it('tells the warm-up, at the first rate, from the measured time', () => {
    const all = arrivals({ ratePerSecond: 10, durationMs: 1000, warmupMs: 300 });
    expect(all.map(({ isMeasured }) => isMeasured)).toEqual([
      ...[false, false, false],
      ...Array<boolean>(10).fill(true),
    ]);
    expect(all[3]?.atMs).toBeCloseTo(300);
  });

  it('goes evenly from one rate to another', () => {
    const all = arrivals({ stages: [{ fromPerSecond: 0, toPerSecond: 200, durationMs: 10_000 }] });
    expect(all).toHaveLength(1000);
    // The integral of a rate that grows evenly grows with the square of the time.
    expect(within(all, 0, 5000)).toBe(250);
    expect(within(all, 5000, 10_000)).toBe(750);
    const down = arrivals({ stages: [{ fromPerSecond: 200, toPerSecond: 0, durationMs: 10_000 }] });
    expect(within(down, 0, 5000)).toBe(750);
  });

  it('changes at once from stage to stage, and knows stages without arrivals', () => {
    const flat = (perSecond: number, durationMs: number) => {
      return { fromPerSecond: perSecond, toPerSecond: perSecond, durationMs };
    };
    const all = arrivals({ stages: [flat(100, 1000), flat(0, 2000), flat(500, 1000)] });
    expect([within(all, 0, 1000), within(all, 1000, 3000), within(all, 3000, 4000)]).toEqual([100, 0, 500]);
  });

  it('never goes back in time', () => {
    const stages = [
      { fromPerSecond: 50, toPerSecond: 700, durationMs: 1234 },
      { fromPerSecond: 700, toPerSecond: 3, durationMs: 777 },
    ];
    const all = arrivals({ stages, arrivals: 'poisson' });
    for (const [index, { atMs }] of all.entries()) expect(atMs).toBeGreaterThanOrEqual(all[index - 1]?.atMs ?? 0);
    expect(all.at(-1)?.atMs).toBeLessThan(2011);
  });

  describe('as a Poisson process', () => {
    const all = arrivals({ ratePerSecond: 1000, durationMs: 100_000, arrivals: 'poisson' });
    const gaps = all.map(({ atMs }, index) => atMs - (all[index - 1]?.atMs ?? 0));

    it('has the rate, and gaps as long as their standard deviation', () => {
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
      expect(mean).toBeCloseTo(1, 1);
      expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
    });

    it('has gaps longer than t with the probability exp(-t)', () => {
      for (const t of [0.5, 1, 2, 4]) {
        expect(gaps.filter((gap) => gap > t).length / gaps.length).toBeCloseTo(Math.exp(-t), 2);
      }
    });

    it('is the same for the same seed', () => {
      const load = { ratePerSecond: 100, durationMs: 1000, arrivals: 'poisson' } as const;
      expect(arrivals(load, 7)).toEqual(arrivals(load, 7));
      expect(arrivals(load, 7)).not.toEqual(arrivals(load, 8));
    });
  });
});
