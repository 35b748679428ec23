import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../../test/fakes/records.ts';
import type { Caveat, RunRecord } from '../../record/run-record.ts';
import { runRecord } from '../testing/run-record.ts';
import { historyOf, type Course } from './history.ts';

/** A run of that day with rounds of those rates. */
function run(
  day: number,
  rates: readonly number[],
  changes: Partial<RunRecord> = {},
  caveats: Caveat[] = [],
): RunRecord {
  const trials = rates.map((rps, index) =>
    trialRecord({ variant: 'aside', round: index + 1, metrics: { rps, p50: 1000 / rps, error_rate: 0 }, caveats }),
  );
  const date = String(day).padStart(2, '0');
  return { ...runRecord(`r${day}`, ['aside'], trials), startedAt: `2026-01-${date}T00:00:00.000Z`, ...changes };
}

const steady = [100, 101, 99, 100, 102, 98];
/** Rounds around a rate, a little different each day. */
const around = (rps: number, day = 0): number[] => steady.map((rate) => (rate * rps * (1 + (day % 3) / 200)) / 100);
const courseOf = (rates: readonly number[]): readonly Course[] =>
  historyOf(
    rates.map((rps, index) => run(index + 1, around(rps, index))),
    'herd',
  );
const changes = (courses: readonly Course[]) => courses[0]?.moments.map((moment) => moment.changes) ?? [];

describe('the history of a scenario', () => {
  it('goes from the oldest run to the newest, whatever order they are read in', () => {
    const [course] = historyOf([run(3, steady), run(1, steady), run(2, steady)], undefined);
    expect(course?.moments.map(({ run: { id } }) => id)).toEqual(['r1', 'r2', 'r3']);
  });

  it('marks a change that all of the runs show, where it begins', () => {
    const courses = courseOf([100, 100, 100, 100, 150, 150, 150, 150, 150]);
    expect(changes(courses).map(({ length }) => length)).toEqual([0, 0, 0, 0, 2, 0, 0, 0, 0]);
    expect(changes(courses)[4]).toEqual([
      expect.stringMatching(/^rps: 1\.\d+ times as before, 15\d after 10\d\S*, in 5 runs and 4 \(p = 0\.0\d+\)$/),
      expect.stringMatching(/^p50: 0\.6\d times as before, 6\.\d+ ms after \d+\.?\d* ms, in 5 runs and 4/),
    ]);
    expect(courses[0]?.note).toBeUndefined();
  });

  it('takes none of two slow runs among six for the measure of the other', () => {
    const courses = courseOf([100, 100, 50, 50, 100, 100]);
    const said = changes(courses);
    expect(said.map(({ length }) => length)).toEqual([0, 0, 2, 2, 0, 0]);
    for (const slow of [said[2], said[3]]) {
      expect(slow?.[0]).toMatch(/^apart: rps is 0\.(49|50)\d* times that of 5 other runs$/);
    }
    expect(courses[0]?.note).toMatch(/^6 runs of the same experiment: from 8 on a change can be told/);
  });

  it('makes nothing of a change that is smaller than 5%', () => {
    const courses = courseOf([100, 100, 100, 100, 103, 103, 103, 103]);
    expect(changes(courses).flat()).toEqual([]);
  });

  it('leaves out what a busy machine has spoilt', () => {
    const text = 'the load generator stood still for 400 ms';
    const caveat: Caveat = { kind: 'generator-paused', text, doubts: ['rps', 'p50'] };
    const runs = [1, 2, 3, 4, 5].map((day) => run(day, around(100, day)));
    const doubted = run(6, around(60), {}, [caveat]);
    const scattered = run(7, [30, 100, 60, 90, 40, 99]);
    const said = changes(historyOf([...runs, doubted, scattered], 'herd'));
    expect(said.slice(0, 5).flat()).toEqual([]);
    expect(said[5]).toEqual([`left out: 6 of 6 rounds are in doubt: ${text}`]);
    expect(said[6]).toEqual([expect.stringMatching(/^left out: its rounds lie .* apart in rps, those of other runs/)]);
  });

  it('says what makes runs no measure for each other, and begins anew with them', () => {
    const elsewhere = { machine: { ...run(1, steady).machine, cpu: 'Another' } };
    const days = [1, 2, 3, 4].map((day) => run(day, around(100, day)));
    const after = [5, 6, 7, 8].map((day) => run(day, around(200, day), elsewhere));
    const courses = historyOf([...days, ...after], 'herd');
    expect(changes(courses)).toEqual([[], [], [], [], ['the CPU was A CPU, is Another'], [], [], []]);
    expect(courses[0]?.note).toMatch(/^4 runs of the same experiment/);
    const older = run(1, steady, { labVersion: '0.0.1' });
    expect(changes(historyOf([older, run(2, around(150))], 'herd'))[1]).toEqual([
      expect.stringContaining('scale-lab was 0.0.1'),
    ]);
  });

  it('makes nothing of a difference between two runs: nobody knows how much they differ anyway', () => {
    const courses = courseOf([100, 300]);
    expect(changes(courses)).toEqual([[], []]);
    expect(courses[0]?.note).toMatch(/^2 runs/);
  });

  it('is of the scenario that is asked for', () => {
    expect(historyOf([run(1, steady)], 'another')).toEqual([]);
  });
});
