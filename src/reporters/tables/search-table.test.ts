import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../../test/fakes/records.ts';
import { rowsOf } from '../../analysis/summary.ts';
import type { RateSearchRecord, TrialRecord } from '../../record/run-record.ts';
import { searchLines, searchTable } from './search-table.ts';

function trial(round: number, search?: Partial<RateSearchRecord>): TrialRecord {
  const probe = { phase: 'bisect', durationMs: 4000 } as const;
  const whole: RateSearchRecord = {
    slo: ['p99 < 50ms'],
    limit: 'objective',
    lowPerSecond: 1000,
    highPerSecond: 1020,
    probes: [
      { ...probe, ratePerSecond: 1020, outcome: 'broken', why: 'p99 81 ms against 50 ms' },
      { ...probe, ratePerSecond: 1000, outcome: 'kept', why: 'p99 41 ms' },
    ],
    ...search,
  };
  return trialRecord({ round, metrics: {}, ...(search ? { search: whole } : {}) });
}

const rows = (...trials: TrialRecord[]) => rowsOf(trials, 'herd', ['aside']);
const cells = (...trials: TrialRecord[]) => searchTable(rows(...trials)).rows.map((row) => row.map(({ text }) => text));

describe('the highest rates of a run', () => {
  it('lie between the lowest that was kept and the highest that was broken over the rounds', () => {
    expect(cells(trial(1, {}), trial(2, { lowPerSecond: 960, highPerSecond: 1100 }))).toEqual([
      ['aside', '1', '980', '960', '1,100', '4', 'the objective'],
    ]);
  });

  it('have no upper end where one of them was not ended by a rate', () => {
    expect(cells(trial(1, {}), trial(2, { limit: 'most', highPerSecond: undefined }))).toEqual([
      ['aside', '1', '1,000', '1,000', '-', '4', 'the objective, the highest rate'],
    ]);
  });

  it('say what the objective was on either side', () => {
    expect(searchLines(rows(trial(1, {})))).toEqual([
      'aside ×1: p99 < 50ms: at 1,000/s p99 41 ms; at 1,020/s p99 81 ms against 50 ms',
    ]);
  });

  it('are not there where none was looked for', () => {
    expect(cells(trial(1))).toEqual([]);
    expect(searchLines(rows(trial(1)))).toEqual([]);
  });
});
