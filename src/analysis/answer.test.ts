import { describe, expect, it } from 'vitest';
import { measurement, openLoad, trialRecord } from '../../test/fakes/records.ts';
import type { TrialRecord, Verdict } from '../result.ts';
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
    expect(answer(trials, 'passed', 'passed')).toBe('lock leads with 250 RPS, 2.50 times none. All 2 claims hold.');
  });

  it('sets the first against the next best where it leads itself', () => {
    expect(answer([trial('none', 300), trial('lock', 200)])).toBe('none leads with 300 RPS, 1.50 times lock.');
  });

  it('names the replicas where they differ', () => {
    const trials = [trial('none', 100), trial('none', 180, { replicas: 2 })];
    expect(answer(trials)).toBe('none with 2 replicas leads with 180 RPS, 1.80 times none with 1 replica.');
  });

  it('goes by p99 where the load is open, as its rate is given', () => {
    const open = { measurement: measurement({ open: openLoad() }) };
    const trials = [trial('none', 100, open), trial('lock', 200, open)];
    expect(answer(trials)).toBe('lock leads with a p99 of 25 ms, 2 times as fast as none.');
  });

  it('goes by what was found where a rate was looked for', () => {
    const trials = [
      trial('none', 100, { metrics: { rps: 90, max_rps: 400 } }),
      trial('lock', 100, { metrics: { rps: 80, max_rps: 900 } }),
    ];
    expect(answer(trials)).toBe('lock leads with 900 max RPS, 2.25 times none.');
  });

  it('lets nobody lead who failed requests, or who is in doubt', () => {
    const failing = trial('lock', 900, { measurement: measurement({ failed: 5 }) });
    expect(answer([trial('none', 100), failing])).toBe('');
    const caveat = { kind: 'generator-saturated', text: 'busy', doubts: ['rps'] } as const;
    expect(answer([trial('none', 100), trial('lock', 900, { caveats: [{ ...caveat, doubts: ['rps'] }] })])).toBe('');
  });

  it('says where rounds overlap, so that nobody makes much of it', () => {
    const rounds = (variant: string, ...rates: readonly number[]) =>
      rates.map((rps, index) => trial(variant, rps, { round: index + 1 }));
    const near = [...rounds('none', 100, 120), ...rounds('lock', 115, 130)];
    expect(answer(near)).toBe('lock leads with 123 RPS, 1.11 times none, though their rounds overlap.');
    expect(answer([...rounds('none', 100, 120), ...rounds('lock', 215, 230)])).not.toContain('overlap');
  });

  it('counts the claims', () => {
    expect(answer([], 'passed')).toBe('Its claim holds.');
    expect(answer([], 'passed', 'failed', 'inconclusive')).toBe('1 of 3 claims holds, 1 fails, 1 cannot be told.');
    expect(answer([], 'failed', 'failed')).toBe('0 of 2 claims hold, 2 fail.');
  });
});
