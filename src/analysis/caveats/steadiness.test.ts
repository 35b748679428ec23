import { describe, expect, it } from 'vitest';
import { measurement } from '../../../test/fakes/records.ts';
import { defaultLoad, defaultOpen, type WorkerLoad } from '../../model/load-profile.ts';
import { seededRandom } from '../../model/random.ts';
import { unsteadiness } from './steadiness.ts';

const slice = { sent: 0, errors: 0, p50Us: 1, p99Us: 1, maxUs: 1 };

function caveats(rates: readonly number[], load: WorkerLoad = defaultLoad, isSteadyMeant = true, partMs = 0) {
  const timeline = rates.map((requests, second) => ({ ...slice, second, requests }));
  const durationMs = rates.length * 1000 - partMs;
  return unsteadiness(measurement({ timeline, durationMs }), load, isSteadyMeant);
}

describe('unsteadiness', () => {
  it('says where a rate went one way all the time, with the numbers', () => {
    const [fell] = caveats([23_000, 18_000, 12_000, 9_500]);
    expect(fell?.text).toBe(
      'the trial never became steady: RPS fell from about 23,318 to 9,317 within 4 s; warm it up for longer, or find out why',
    );
    expect(fell?.doubts).toEqual(expect.arrayContaining(['rps', 'mean']));
    expect(fell?.doubts).not.toContain('error_rate');
    expect(caveats([1_400, 1_900, 2_500, 3_100, 4_000])[0]?.text).toContain('RPS rose from about 1,440 to 4,056');
    // A step, rather than a slope.
    expect(caveats([9000, 9000, 9100, 8900, 9000, 4000, 4100, 3900, 4000, 4000])).toHaveLength(1);
  });

  it.each([
    ['a fall that slows down', [23_000, 15_000, 11_500, 9_500], 'fell from about 23,000 to 9,500 within 4 s'],
    ['a rise that slows down', [1_400, 2_600, 3_500, 4_000], 'rose from about 1,400 to 4,000 within 4 s'],
    ['a fall to half', [20_000, 13_000, 11_000, 10_000], 'fell from about 20,000 to 10,000 within 4 s'],
    ['a warm-up', [500, 3_000, 4_200, 4_700, 4_900, 4_950], 'rose from about 500 to 4,950 within 6 s'],
    ['a fall that speeds up', [9_000, 8_900, 8_700, 8_000, 3_000], 'fell from about 9,000 to 3,000 within 5 s'],
  ])('knows %s for what it is, though it is no line', (_, rates, words) => {
    expect(caveats(rates)[0]?.text).toContain(words);
  });

  it('takes what turned back, or went less far, for steady', () => {
    expect(caveats([1_400, 2_600, 4_000, 3_500])).toEqual([]);
    expect(caveats([19_000, 13_000, 11_000, 10_000])).toEqual([]);
  });

  it('takes what goes up and down for steady, and so what changes little', () => {
    expect(caveats([9000, 5000, 9500, 4800, 9100, 5100, 9000, 5050])).toEqual([]);
    expect(caveats([10_000, 10_200, 10_400, 10_600, 10_800, 11_000])).toEqual([]);
    expect(caveats([0, 0, 0, 0])).toEqual([]);
  });

  it('does not judge by less than four whole seconds, nor by a part of one', () => {
    expect(caveats([23_000, 15_000, 9_500])).toEqual([]);
    expect(caveats([9000, 9010, 8990, 9005, 9000, 100], defaultLoad, true, 900)).toEqual([]);
  });

  it('has nothing to say where the rate is meant to change', () => {
    const open: WorkerLoad = { kind: 'open', ...defaultOpen, warmupMs: 0, stages: [], timeoutMs: 1000, drainMs: 0 };
    const falling = [23_000, 18_000, 12_000, 9_500];
    expect(caveats(falling, open)).toEqual([]);
    expect(caveats(falling, defaultLoad, false)).toEqual([]);
  });

  const random = seededRandom(4);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  it.each([
    [4, 0.1, 0],
    [4, 0.3, 0],
    [10, 0.05, 0],
    [10, 0.3, 0],
    [60, 0.3, 0],
    // Neighbouring seconds that have half of their noise in common.
    [10, 0.1, 0.5],
    [60, 0.1, 0.5],
  ])('cries wolf in less than 2%% of steady trials of %d s whose rates vary by %d', (seconds, spread, kept) => {
    const trials = 1000;
    let alarms = 0;
    for (let trial = 0; trial < trials; trial++) {
      let noise = normal();
      const rates = Array.from({ length: seconds }, () => {
        noise = kept * noise + Math.sqrt(1 - kept ** 2) * normal();
        return Math.round(5000 * Math.exp(spread * noise));
      });
      alarms += caveats(rates).length;
    }
    expect(alarms).toBeLessThan(0.02 * trials);
  });
});
