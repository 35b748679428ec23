import { describe, expect, it } from 'vitest';
import { measurement, trialRecord } from '../../test/fakes/records.ts';
import { defaultLoad, defaultOpen, type OpenLoad } from '../model/load-profile.ts';
import type { Measurement } from '../model/measurement.ts';
import { stagesFrom, type WrittenStage } from '../model/rate-stages.ts';
import { aftermathOf, recoveryCaveats, trialOfAct } from './recovery.ts';

type Slice = Measurement['timeline'][number];

/** Seconds of 100 answers with a p99 of 10 ms each; what is different in some of them is said by second. */
function seconds(count: number, changes: Readonly<Record<number, Partial<Slice>>> = {}): Measurement {
  const slice = { sent: 100, requests: 100, errors: 0, p50Us: 5000, p99Us: 10_000, maxUs: 11_000 };
  const timeline = Array.from({ length: count }, (_, second) => ({ second, ...slice, ...changes[second] }));
  return measurement({ durationMs: count * 1000, timeline });
}

const bad = { requests: 60, errors: 40 };
const act = (beganMs: number) => ({ name: 'kill-app', beganMs });
const recovery = (whole: Measurement, beganMs = 5000) => aftermathOf(whole, act(beganMs), defaultLoad);

describe('aftermathOf', () => {
  it('is the time until three seconds in a row are as before, and the errors until then', () => {
    const whole = seconds(20, { 5: bad, 6: bad, 8: { errors: 1 }, 15: { errors: 7 } });
    expect(recovery(whole)).toEqual({ metrics: { time_to_recover: 4000, errors: 81 }, caveats: [] });
  });

  it('begins with the act, within its second', () => {
    expect(recovery(seconds(20, { 5: bad }), 5400).metrics).toEqual({ time_to_recover: 600, errors: 40 });
  });

  it('is nothing where nobody noticed', () => {
    expect(recovery(seconds(20), 5400).metrics).toEqual({ time_to_recover: 0, errors: 0 });
  });

  it.each<[string, Partial<Slice>, boolean]>([
    ['5 ms more at p99', { p99Us: 15_000 }, true],
    ['a little more than that', { p99Us: 15_001 }, false],
    ['half of the rate', { requests: 50, sent: 50 }, true],
    ['less than half of it', { requests: 49, sent: 49 }, false],
    ['a tenth without an answer yet', { requests: 90 }, true],
    ['more than that', { requests: 88 }, false],
    ['one error more than the worst second before', { errors: 1 }, false],
  ])('takes %s for what it is', (_, change, isGood) => {
    const changed = Object.fromEntries([5, 6, 7].map((second) => [second, change]));
    expect(recovery(seconds(20, changed)).metrics.time_to_recover).toBe(isGood ? 0 : 3000);
  });

  describe('of open load whose rate changes', () => {
    const open = (...stages: readonly WrittenStage[]): OpenLoad => ({
      kind: 'open',
      ...defaultOpen,
      warmupMs: 0,
      stages: stagesFrom(100, [{ kind: 'step', perSecond: 100, durationMs: 6000 }, ...stages]),
      timeoutMs: 10_000,
      drainMs: 0,
    });
    const [down, up] = [20, 300].map((perSecond) => open({ kind: 'step', perSecond, durationMs: 14_000 }));
    /** What is answered in each second from the seventh on, of as many as are sent. */
    const answered = (requests: number, sent = requests): Measurement =>
      seconds(20, Object.fromEntries(Array.from({ length: 14 }, (_, index) => [6 + index, { requests, sent }])));
    const timeOf = (whole: Measurement, load = down): number | undefined =>
      aftermathOf(whole, act(5000), load ?? defaultLoad).metrics.time_to_recover;

    it('holds a second against what is offered in it', () => {
      expect(timeOf(answered(20))).toBe(0);
      expect(timeOf(answered(10))).toBe(0);
      expect(timeOf(answered(9))).toBe(15_000);
      expect(timeOf(answered(150), up)).toBe(0);
      expect(timeOf(answered(149), up)).toBe(15_000);
    });

    it('is as before where nothing is asked any more', () => {
      expect(timeOf(answered(0), open({ kind: 'step', perSecond: 0, durationMs: 14_000 }))).toBe(0);
    });
  });

  it('allows 1.5 times the p99 of a system that was slow before, and the errors that it had', () => {
    const slow = { p99Us: 100_000 };
    const usual = Object.fromEntries(Array.from({ length: 20 }, (_, second) => [second, slow]));
    const whole = seconds(20, {
      ...usual,
      2: { ...slow, errors: 2 },
      5: { p99Us: 150_000, errors: 2 },
      6: { p99Us: 150_001 },
    });
    expect(recovery(whole).metrics.time_to_recover).toBe(2000);
  });

  it('looks at ten seconds before, and no further back', () => {
    const whole = seconds(30, { 3: { errors: 50 }, 15: { errors: 1 } });
    expect(recovery(whole, 15_000).metrics.time_to_recover).toBe(1000);
    expect(recovery(whole, 13_000).metrics.time_to_recover).toBe(0);
  });

  it('is at least the rest of the load where that ends badly', () => {
    const { metrics, caveats } = recovery(seconds(10, { 5: bad, 6: bad, 9: bad }));
    expect(metrics).toEqual({ time_to_recover: 5000, errors: 120 });
    expect(caveats).toEqual([
      {
        kind: 'not-recovered',
        text: '5 s after kill-app the measured time ended, and clients were not served as before',
        doubts: ['time_to_recover', 'errors'],
        bounds: { time_to_recover: {}, errors: {} },
      },
    ]);
    // Of the whole trial every error is known.
    expect(recoveryCaveats([{ caveats }])).toMatchObject([
      { doubts: ['time_to_recover'], bounds: { time_to_recover: {} } },
    ]);
  });

  it('is at least as long as it took until the good seconds at the end began', () => {
    const { metrics, caveats } = recovery(seconds(10, { 5: bad, 6: bad, 7: bad }), 5400);
    expect(metrics).toEqual({ time_to_recover: 2600, errors: 120 });
    expect(caveats[0]?.text).toBe(
      'the measured time ended 4.6 s after kill-app: fewer than 3 seconds were seen in which clients were served as before',
    );
    // Nobody noticed anything, for as long as that could be seen.
    expect(recovery(seconds(10), 8000).metrics.time_to_recover).toBe(0);
  });

  it('is not known after fewer than three whole seconds', () => {
    expect(recovery(seconds(20), 3000).metrics.time_to_recover).toBe(0);
    const { metrics, caveats } = recovery(seconds(20), 2999);
    expect(metrics).toEqual({});
    expect(caveats).toMatchObject([{ kind: 'nothing-before', doubts: ['time_to_recover', 'errors'] }]);
    expect(recoveryCaveats([{ caveats }])[0]).not.toHaveProperty('bounds');
  });
});

describe('a trial with several acts', () => {
  const metrics = (ms: number) => ({ metrics: { time_to_recover: ms, errors: 1 } });
  it('can be looked at by one of them', () => {
    const done = { kind: 'kill', subjects: ['app-1'], beganMs: 1, endedMs: 2, outcome: 'done', text: '' } as const;
    const late = { kind: 'not-recovered', text: 'late', doubts: ['time_to_recover'] } as const;
    const trial = trialRecord({
      metrics: { errors: 9, time_to_recover: 4000 },
      caveats: [
        { ...late, doubts: [...late.doubts] },
        { kind: 'throttled', text: 'limit', doubts: [] },
      ],
      acts: [
        { ...done, subjects: ['app-1'], name: 'first', ...metrics(1000), caveats: [] },
        { ...done, subjects: ['app-1'], name: 'second', ...metrics(4000), caveats: [{ ...late, doubts: ['errors'] }] },
      ],
    });
    expect(trialOfAct(trial, 'first')).toMatchObject({ metrics: { errors: 1 }, caveats: [{ kind: 'throttled' }] });
    expect(trialOfAct(trial, 'second')?.caveats.map(({ kind }) => kind)).toEqual(['not-recovered', 'throttled']);
    expect(trialOfAct(trial, 'third')).toBeUndefined();
  });
});
