import { describe, expect, it } from 'vitest';
import type { AdviceCase } from '../bench/advice-cases.ts';
import { benchAdvice, rowOf } from '../bench/advice.ts';
import type { TrialRecord } from '../src/record/run-record.ts';
import { trialRecord } from './fakes/records.ts';

const cache: AdviceCase = {
  kind: 'herd',
  says: /a lock/,
  followed: 'a lock',
  common: {},
  before: {},
  after: {},
  metric: 'rps',
};
const findings = [{ kind: 'herd', text: 'It is computed 4 times.', next: 'Take a lock.' }];
const before = (rps: number, isFound: boolean): TrialRecord =>
  trialRecord({ metrics: { rps }, findings: isFound ? findings : [] });
const after = (rps: number): TrialRecord => trialRecord({ metrics: { rps } });

describe('whether advice was right', () => {
  const judged = (advised: AdviceCase, ...rounds: readonly (readonly [TrialRecord, TrialRecord])[]) => {
    const outcome = { before: rounds.map(([one]) => one), after: rounds.map(([, other]) => other) };
    const { cells, isRight } = rowOf(advised, outcome);
    return { found: cells[2], times: cells[6], right: cells[7], isRight };
  };
  const helped = [before(100, true), after(200)] as const;
  const unasked = [before(100, false), after(900)] as const;

  it('is judged by the rounds in which it was given', () => {
    expect(judged(cache, helped, unasked, helped)).toEqual({
      found: '2 of 3',
      times: '2',
      right: 'yes',
      isRight: true,
    });
    const useless = [before(100, true), after(105)] as const;
    expect(judged(cache, useless, unasked, useless)).toMatchObject({ right: '**no**', isRight: false });
  });

  it('is not known where it was given in less than most of them', () => {
    expect(judged(cache, helped, unasked)).toMatchObject({ right: '**not provoked**', isRight: false });
    expect(judged({ ...cache, isAgainst: true }, unasked, unasked)).toMatchObject({ found: '0 of 2', isRight: false });
  });

  it('is right against what does not help', () => {
    const against: AdviceCase = { ...cache, isAgainst: true };
    expect(judged(against, [before(100, true), after(105)])).toMatchObject({ right: 'yes', isRight: true });
    expect(judged(against, helped)).toMatchObject({ right: '**no**', isRight: false });
  });
});

describe('a finding that has no advice to follow', () => {
  it('is an error that lists those that have', async () => {
    const hint = expect.stringContaining('pool-wait, many-queries') as string;
    await expect(benchAdvice('typo')).rejects.toMatchObject({ exitCode: 2, hint });
  });
});
