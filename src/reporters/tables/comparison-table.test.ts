import { describe, expect, it } from 'vitest';
import type { ComparedMetric, Comparison } from '../../record/run-record.ts';
import { drawComparisons } from './comparison-table.ts';

function comparison(metrics: ComparedMetric[], rounds = 8): Comparison {
  const [a, b] = [
    { name: 'none', variant: 'none' },
    { name: 'lock', variant: 'lock' },
  ];
  const common = { scenario: 'herd', replicas: 1, paired: true, looks: 3, confidence: 0.95, smallest: 0.05 };
  return { ...common, a, b, rounds: { a: rounds, b: rounds }, metrics, caveats: [] };
}

const rps: ComparedMetric = {
  metric: 'rps',
  a: 1000,
  b: 1200,
  scale: 'ratio',
  estimate: 1.2,
  low: 1.18,
  high: 1.24,
  outcome: 'b-higher',
  text: 'lock has 1.18 to 1.24 times the RPS of none',
};
const errors: ComparedMetric = {
  metric: 'error_rate',
  a: 0,
  b: 0.003,
  scale: 'difference',
  estimate: 0.003,
  low: 0.002,
  high: 0.004,
  outcome: 'b-higher',
  text: 'lock has 0.2 to 0.4 percentage points more error rate',
};
const p99: ComparedMetric = { metric: 'p99', scale: 'ratio', outcome: 'not-measured', text: 'too few answers' };

describe('a comparison in a report', () => {
  it('has a row a metric: a ratio, or a difference with its sign', () => {
    const [drawn] = drawComparisons([comparison([rps, errors, p99])]);
    expect(drawn?.table.headings).toEqual(['metric', 'A', 'B', 'B to A']);
    expect(drawn?.table.rows.map((row) => row.map(({ text }) => text))).toEqual([
      ['RPS', '1,000', '1,200', '1.20 (1.18 to 1.24)'],
      ['error rate', '0%', '0.30%', '+0.3 pp (+0.2 pp to +0.4 pp)'],
    ]);
  });

  it('says the outcomes in lines of their own, and why a metric was not measured', () => {
    const [drawn] = drawComparisons([comparison([rps, p99])]);
    expect(drawn?.lines).toEqual([
      'rps: lock has 1.18 to 1.24 times the RPS of none',
      'p99: not measured: too few answers',
    ]);
  });

  it('tells rounds that confirm from those before', () => {
    const titles = drawComparisons([comparison([rps]), comparison([rps], 1)]).map(({ table }) => table.title);
    expect(titles).toEqual([
      'lock against none, 1 replica, 8 rounds side by side, 95% intervals, 3 looks paid for',
      'lock against none, 1 replica, 1 fresh round side by side, 95% intervals, 3 looks paid for',
    ]);
  });

  it('marks what has no interval as a guess', () => {
    const { low: _, high: __, ...guess } = rps;
    const [drawn] = drawComparisons([comparison([guess])]);
    expect(drawn?.table.rows[0]?.[3]?.text).toBe('~1.20');
  });
});
