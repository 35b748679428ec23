import { describe, expect, it } from 'vitest';
import { runRecordSchema, type RunRecord } from '../../record/run-record.ts';
import { rounds } from '../testing/rounds.ts';
import { runRecord } from '../testing/run-record.ts';
import { compareRuns } from './runs.ts';

const values = [1000, 1010, 1020, 990, 980];
const half = values.map((value) => value / 2);
const notSideBySide =
  'the runs were not taken side by side: what the machine did between them counts as a difference too';

/** A run of "aside" and of others, with RPS that tells it from another run. */
function run(id: string, rps: readonly number[], others: readonly string[]): RunRecord {
  const variants = ['aside', ...others];
  return runRecord(
    id,
    variants,
    variants.flatMap((variant) => rounds(variant, { rps })),
  );
}

describe('two saved runs', () => {
  const both = compareRuns(run('first', values, ['lock', 'none']), [run('second', half, ['lock', 'xfetch'])], 0.05);

  it('are compared in all that both have measured, each row with its own interval', () => {
    const found = both.comparisons?.map(({ a, b, metrics }) => {
      const rps = metrics.find(({ metric }) => metric === 'rps');
      return [a.variant, a.run, b.run, rps?.outcome];
    });
    expect(found).toEqual([
      ['aside', 'first', 'second', 'b-lower'],
      ['lock', 'first', 'second', 'b-lower'],
    ]);
  });

  it('are samples of their own: nothing is paired, and the caveat says why', () => {
    for (const comparison of both.comparisons ?? []) {
      expect(comparison).toMatchObject({ paired: false, looks: 1, confidence: 0.95, rounds: { a: 5, b: 5 } });
      expect(comparison.caveats).toEqual([notSideBySide]);
    }
  });

  it('are a record like any other, with the trials of both under names that tell them apart', () => {
    expect(runRecordSchema.safeParse(both).error).toBeUndefined();
    expect(both).toMatchObject({
      id: 'first (A) and second (B)',
      command: 'scale-lab compare first second',
      status: 'complete',
    });
    expect(new Set(both.trials.map(({ variant }) => variant))).toEqual(
      new Set(['aside (A)', 'lock (A)', 'none (A)', 'aside (B)', 'lock (B)', 'xfetch (B)']),
    );
    expect(both.trials.filter(({ variant }) => variant === 'aside (A)').map(({ metrics }) => metrics.rps)).toEqual(
      values,
    );
  });

  it('say where they were not measured alike', () => {
    const other = run('second', half, []);
    const elsewhere = { ...other, machine: { ...other.machine, cores: 4 } };
    const changed = { ...elsewhere, scenarios: elsewhere.scenarios.map((it) => ({ ...it, load: 'another' })) };
    const [comparison] = compareRuns(run('first', values, []), [changed], 0.05).comparisons ?? [];
    expect(comparison?.caveats[0]).toMatch(
      /^A and B were not measured alike: the number of cores was 2, is 4; the load was .+, is another$/,
    );
    expect(comparison?.caveats[1]).toBe(notSideBySide);
  });

  it('have nothing to compare where they share no row', () => {
    const other = run('second', half, []);
    const renamed = { ...other, trials: other.trials.map((trial) => ({ ...trial, scenario: 'another' })) };
    expect(compareRuns(run('first', values, []), [renamed], 0.05)).toMatchObject({ comparisons: [], trials: [] });
  });
});

describe('several saved runs', () => {
  const all = compareRuns(run('one', values, []), [run('two', half, []), run('three', values, ['lock'])], 0.05);

  it('are each held against the first', () => {
    expect(all.comparisons?.map(({ a, b }) => [a.name, a.run, b.name, b.run])).toEqual([
      ['A', 'one', 'B', 'two'],
      ['A', 'one', 'C', 'three'],
    ]);
    expect(all.command).toBe('scale-lab compare one two three');
  });

  it('have their own variants in the record', () => {
    expect(all.scenarios[0]?.variants.map(({ name }) => name)).toEqual([
      'aside (A)',
      'aside (B)',
      'aside (C)',
      'lock (C)',
    ]);
  });
});
