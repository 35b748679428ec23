import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../test/fakes/records.ts';
import type { RunRecord } from '../result.ts';
import { historyOf, type Course } from './history.ts';
import { runRecord } from './testing/run-record.ts';

/** A run of that day with rounds of those rates. */
function run(day: number, rates: readonly number[], changes: Partial<RunRecord> = {}): RunRecord {
  const trials = rates.map((rps, index) =>
    trialRecord({ variant: 'aside', round: index + 1, metrics: { rps, p50: 1000 / rps, error_rate: 0 } }),
  );
  return { ...runRecord(`r${day}`, ['aside'], trials), startedAt: `2026-01-0${day}T00:00:00.000Z`, ...changes };
}

const steady = [100, 101, 99, 100, 102, 98];
const faster = [150, 151, 149, 150, 152, 148];
const changes = (courses: readonly Course[]) => courses[0]?.moments.map((moment) => moment.changes);

describe('the history of a scenario', () => {
  it('goes from the oldest run to the newest, whatever order they are read in', () => {
    const [course] = historyOf([run(3, steady), run(1, steady), run(2, steady)], undefined);
    expect(course?.moments.map(({ run: { id } }) => id)).toEqual(['r1', 'r2', 'r3']);
  });

  it('marks what is more than chance, and nothing else', () => {
    const [first, second, third] = changes(historyOf([run(1, steady), run(2, steady), run(3, faster)], 'herd')) ?? [];
    expect([first, second]).toEqual([[], []]);
    expect(third).toEqual([
      expect.stringMatching(/^rps: it has 1\.4\d to 1\.5\d times the RPS of the run before$/),
      expect.stringMatching(/^p50: it is 1\.4\d to 1\.5\d times faster$/),
    ]);
  });

  it('says what makes two runs no measure for each other, in place of what their numbers say', () => {
    const elsewhere = { machine: { ...run(1, steady).machine, cpu: 'Another' } };
    expect(changes(historyOf([run(1, steady), run(2, faster, elsewhere)], 'herd'))?.[1]).toEqual([
      'the CPU was A CPU, is Another',
    ]);
    const older = run(1, steady, { labVersion: '0.0.1' });
    expect(changes(historyOf([older, run(2, faster)], 'herd'))?.[1]).toEqual([
      expect.stringContaining('scale-lab was 0.0.1'),
    ]);
  });

  it('makes nothing of a difference between two single rounds', () => {
    expect(changes(historyOf([run(1, [100]), run(2, [300])], 'herd'))).toEqual([[], []]);
  });

  it('is of the scenario that is asked for', () => {
    expect(historyOf([run(1, steady)], 'another')).toEqual([]);
  });
});
