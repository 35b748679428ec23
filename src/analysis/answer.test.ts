import { describe, expect, it } from 'vitest';
import { measurement, openLoad, trialRecord } from '../../test/fakes/records.ts';
import type { TrialRecord, Verdict } from '../record/run-record.ts';
import { answerOf } from './answer.ts';
import { rowsOf } from './summary.ts';

const trial = (variant: string, rps: number, changes: Partial<TrialRecord> = {}): TrialRecord =>
  trialRecord({ variant, metrics: { rps, p99: 5000 / rps }, ...changes });
const verdict = (outcome: Verdict['outcome']): Verdict => ({ scenario: 'herd', expectation: 'x', outcome, reason: '' });

const answer = (trials: readonly TrialRecord[], ...outcomes: readonly Verdict['outcome'][]): string =>
  answerOf(rowsOf(trials, 'herd', ['none', 'lock']), outcomes.map(verdict));

describe('the answer to a question', () => {
  it('says what leads, and by how much over the first of the file', () => {
    const trials = [trial('none', 100), trial('lock', 250)];
    expect(answer(trials, 'passed', 'passed')).toBe(
      'lock leads with 250 RPS, 2.50 times none (one round: run more to be sure). All 2 claims hold.',
    );
  });

  it('sets the first against the next best where it leads itself', () => {
    expect(answer([trial('none', 300), trial('lock', 200)])).toBe(
      'none leads with 300 RPS, 1.50 times lock (one round: run more to be sure).',
    );
  });

  it('names the replicas where they differ', () => {
    const trials = [trial('none', 100), trial('none', 180, { replicas: 2 })];
    expect(answer(trials)).toBe(
      'none with 2 replicas leads with 180 RPS, 1.80 times none with 1 replica (one round: run more to be sure).',
    );
  });

  it('goes by p99 where the load is open, as its rate is given', () => {
    const open = { measurement: measurement({ open: openLoad() }) };
    const trials = [trial('none', 100, open), trial('lock', 200, open)];
    expect(answer(trials)).toBe(
      'lock leads with a p99 of 25 ms, 2 times as fast as none (one round: run more to be sure).',
    );
  });

  it('goes by what was found where a rate was looked for', () => {
    const trials = [
      trial('none', 100, { metrics: { rps: 90, max_rps: 400 } }),
      trial('lock', 100, { metrics: { rps: 80, max_rps: 900 } }),
    ];
    expect(answer(trials)).toBe('lock leads with 900 max RPS, 2.25 times none (one round: run more to be sure).');
  });

  it('lets nobody lead who failed requests, or who is in doubt', () => {
    const failing = trial('lock', 900, { measurement: measurement({ failed: 5 }) });
    expect(answer([trial('none', 100), failing])).toBe('');
    const caveat = { kind: 'generator-saturated', text: 'busy', doubts: ['rps'] } as const;
    expect(answer([trial('none', 100), trial('lock', 900, { caveats: [{ ...caveat, doubts: ['rps'] }] })])).toBe('');
  });

  const rounds = (variant: string, ...rates: readonly number[]) =>
    rates.map((rps, index) => trial(variant, rps, { round: index + 1 }));

  it('lets nobody lead by one round who is not 1.5 times as good', () => {
    expect(answer([trial('none', 100), trial('lock', 149)])).toBe('');
  });

  it('lets nobody lead where the ratio of the rounds may be 1', () => {
    expect(answer([...rounds('none', 100, 120), ...rounds('lock', 115, 130)])).toBe('');
    expect(answer([...rounds('none', 100, 100), ...rounds('lock', 110, 300)])).toBe('');
    // Seven of eight rounds, and by little in one: still no accident. Five of eight may be one.
    const base = rounds('none', 100, 100, 100, 100, 100, 100, 100, 100);
    const ahead = rounds('lock', 110, 111, 99, 112, 113, 114, 115, 116);
    expect(answer([...base, ...ahead])).toBe('lock leads with 113 RPS, 1.13 times none.');
    expect(answer([...base, ...rounds('lock', 110, 111, 90, 88, 113, 114, 85, 116)])).toBe('');
  });

  it('lets who is ahead in each round alike lead, however the rounds differ', () => {
    const trials = [...rounds('none', 100, 200, 50), ...rounds('lock', 111, 220, 55)];
    expect(answer(trials)).toBe('lock leads with 111 RPS, 1.11 times none.');
  });

  it('names all that lead, where none of them is ahead of the others', () => {
    const three = (trials: readonly TrialRecord[]) => answerOf(rowsOf(trials, 'herd', ['none', 'lock', 'swr']), []);
    const far = [...rounds('none', 10, 11), ...rounds('lock', 250, 240), ...rounds('swr', 245, 250)];
    expect(three(far)).toBe('swr and lock lead with 245 to 248 RPS, 23.3 to 23.6 times none.');
    const firstLeads = [...rounds('none', 250, 240), ...rounds('lock', 245, 250), ...rounds('swr', 10, 11)];
    expect(three(firstLeads)).toBe('lock and none lead with 245 to 248 RPS, 23.3 to 23.6 times swr.');
  });

  describe('from how many connections on nobody gets more', () => {
    const counts = [1, 8, 16, 64];
    /** A rate for each round where several are given. */
    const curve = (...rates: readonly (number | readonly number[])[]) => {
      const trials = counts.flatMap((count, index) => {
        const [rate = 1] = [rates[index] ?? []].flat();
        return [1, 2, 3].map((round) => {
          const rps = [rates[index] ?? []].flat()[round - 1] ?? rate;
          return trialRecord({ variant: `c${count}`, metrics: { rps, p50: (1000 * count) / rps }, round });
        });
      });
      const variants = counts.map((count) => `c${count}`);
      const points = counts.map((count) => ({ count, rps: 0, low: 0, high: 0, efficiency: 1 }));
      const scaling = { scenario: 'herd', variant: variants.join(', '), over: 'connections' as const, points };
      return answerOf(rowsOf(trials, 'herd', variants), [], [scaling]);
    };

    it('is where the rates stop to grow', () => {
      expect(curve(100, 750, 1500, 1550)).toBe(
        'From 16 connections on it does not get faster: 1,500 RPS there, 1,550 with 64, where p50 is 41.3 ms instead of 10.7 ms.',
      );
      expect(curve(100, 750, 700, 400)).toMatch(
        /^From 8 connections on it does not get faster: 750 RPS there, 400 with 64/,
      );
    });

    it('is not said where they may grow, and may not', () => {
      expect(curve(100, 750, 1500, [1300, 1800, 2400])).toBe(
        'c64 and c16 lead with 1,500 to 1,800 RPS, 15 to 18 times c1.',
      );
    });

    it('is not known where they still grow', () => {
      expect(curve(100, 750, 1500, 5000)).toBe('It still gets faster at 64 connections, with 5,000 RPS.');
    });
  });

  describe('which is better, and what it costs', () => {
    const open = (variant: string, p99: number, lost: number) =>
      trialRecord({
        variant,
        metrics: { p99, error_rate: lost },
        measurement: measurement({ open: openLoad(), failed: lost > 0 ? 5 : 0 }),
      });

    it('sets the time of those who are answered against the share of those who are not', () => {
      expect(answer([open('none', 2900, 0), open('lock', 58, 0.24)])).toBe(
        'lock is better for those whom it answers: a p99 of 58 ms, 50 times as fast as none. It costs 24% of the requests, which fail; none fails none.',
      );
    });

    it('says who fails requests where nobody is faster for it', () => {
      expect(answer([open('none', 60, 0), open('lock', 58, 0.004)])).toBe('none fails no request; lock 0.40%.');
    });

    it('names the replicas where they differ', () => {
      const two = { ...open('none', 60, 0), replicas: 2 };
      expect(answer([open('none', 60, 0.004), two])).toBe(
        'none with 2 replicas fails no request; none with 1 replica 0.40%.',
      );
    });
  });

  it('says how long scaling out took, and what was lost meanwhile', () => {
    const metrics = { scale_out_time: 45_000, replicas_most: 4, dropped: 3000, error_rate: 0 };
    const fixed = { replicas_most: 1, dropped: 9000, error_rate: 0 };
    expect(answer([trial('none', 100, { metrics: fixed }), trial('lock', 200, { metrics })])).toBe(
      'lock has 4 replicas after 45 s; 3,000 requests were dropped, 9,000 by none.',
    );
  });

  it('counts the claims', () => {
    expect(answer([], 'passed')).toBe('Its claim holds.');
    expect(answer([], 'passed', 'failed', 'inconclusive')).toBe('1 of 3 claims holds, 1 fails, 1 cannot be told.');
    expect(answer([], 'failed', 'failed')).toBe('0 of 2 claims hold, 2 fail.');
  });
});
