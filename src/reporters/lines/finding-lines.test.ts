import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../../test/fakes/records.ts';
import type { Row } from '../../analysis/summary.ts';
import type { Finding } from '../../record/run-record.ts';
import { findingLines, firstFindingLines } from './finding-lines.ts';

const row = (variant: string, replicas: number, ...rounds: readonly Finding[][]): Row => {
  const trials = rounds.map((findings) => trialRecord({ metrics: {}, variant, replicas, findings }));
  return { scenario: 'herd', variant, replicas, trials, values: {}, caveats: [] };
};
const finding = (text: string, changes: Partial<Finding> = {}): Finding => ({ kind: 'herd', text, ...changes });
const texts = (lines: readonly { text: string }[]) => lines.map(({ text }) => text);

describe('findingLines', () => {
  it('tells those of the last round, and the same of several rows at once', () => {
    const rows = [
      row('none', 1, [finding('Old.')], [finding('Both.')]),
      row('lock', 1, [finding('Both.')]),
      row('aside', 1),
    ];
    expect(findingLines(rows)).toEqual([
      { names: 'none ×1, lock ×1', text: 'none ×1, lock ×1: Both.', command: undefined },
    ]);
  });

  it('ends each in what to do next, with the command of the first row that has one', () => {
    const full = (variant: string) =>
      finding('It is full.', { next: 'Add replicas.', command: `scale-lab run herd --variant ${variant}` });
    expect(findingLines([row('none', 1, [full('none')]), row('lock', 1, [full('lock')])])).toEqual([
      {
        names: 'none ×1, lock ×1',
        text: 'none ×1, lock ×1: It is full. Add replicas.',
        command: 'scale-lab run herd --variant none',
      },
    ]);
  });
});

describe('firstFindingLines', () => {
  const all = ['A.', 'B.', 'C.', 'D.'].map((text) => finding(text));

  it('are at most three of a variant, of all its replica counts, and say how many are left out', () => {
    const { lines, leftOut } = firstFindingLines([row('none', 1, all), row('lock', 1, all.slice(2))]);
    expect(texts(lines)).toEqual(['none ×1: A.', 'none ×1: B.', 'none ×1, lock ×1: C.', 'lock ×1: D.']);
    expect(leftOut).toBe(0);
    const several = [row('none', 1, all), row('none', 2, [finding('E.'), finding('A.')])];
    expect(texts(firstFindingLines(several).lines)).toEqual(['none ×1, none ×2: A.', 'none ×1: B.', 'none ×2: E.']);
    expect(firstFindingLines(several).leftOut).toBe(2);
  });

  it('say once what differs in its numbers only', () => {
    const full = (cores: number) => [finding(`${cores} of 2 cores were in use.`, { next: 'End what else runs.' })];
    const rows = [row('none', 1, full(1.9)), row('lock', 1, full(2)), row('aside', 1, full(1.9))];
    expect(texts(findingLines(rows))).toHaveLength(2);
    expect(firstFindingLines(rows).leftOut).toBe(0);
    expect(texts(firstFindingLines(rows).lines)).toEqual([
      'none ×1, aside ×1: 1.9 of 2 cores were in use. End what else runs. (likewise lock ×1)',
    ]);
  });

  it('never gives a row the number that another is advised', () => {
    const limited = (pool: number) => [
      finding('98 connections were open.', { next: `Use smaller pools (pool: ${pool}).` }),
    ];
    const rows = [row('none', 1, limited(90)), row('none', 2, limited(45))];
    expect(texts(firstFindingLines(rows).lines)).toEqual([
      'none ×1: 98 connections were open. Use smaller pools (pool: 90).',
      'none ×2: 98 connections were open. Use smaller pools (pool: 45).',
    ]);
  });

  it('take one of the three places for what differs in its numbers only', () => {
    const several = (share: number) => [finding(`${share}% of it.`), finding('B.'), finding('C.'), finding('D.')];
    const rows = [row('none', 1, several(91)), row('none', 2, several(92))];
    expect(texts(firstFindingLines(rows).lines)).toEqual([
      'none ×1: 91% of it. (likewise none ×2)',
      'none ×1, none ×2: B.',
      'none ×1, none ×2: C.',
    ]);
  });
});
