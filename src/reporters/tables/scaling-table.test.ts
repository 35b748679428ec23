import { describe, expect, it } from 'vitest';
import type { Scaling } from '../../record/run-record.ts';
import { scalingLine, scalingTable } from './scaling-table.ts';

const about = (value: number): { value: number; low: number; high: number } => ({
  value,
  low: value * 0.9,
  high: value * 1.1,
});
const point = (count: number, rps: number, efficiency: number) => ({
  count,
  rps,
  low: rps - 5,
  high: rps + 5,
  efficiency,
});

const law = { perOne: about(100), contention: about(0.1), coherency: about(0.01), determination: 0.996 };
const fitted: Scaling = {
  scenario: 'herd',
  variant: 'lock',
  over: 'replicas',
  points: [point(1, 100, 1), point(2, 180, 0.9), point(4, 280, 0.7)],
  law,
};

describe('how a variant scales', () => {
  it('is a line for each count, with what the law says of it', () => {
    const { title, headings, rows } = scalingTable(fitted);
    expect(title).toBe('how lock scales over replicas');
    expect(headings).toEqual(['replicas', 'RPS', 'lowest', 'highest', 'efficiency', 'by the law']);
    // 100 × 4 / (1 + 0.1 × 3 + 0.01 × 4 × 3)
    expect(rows.at(-1)?.map(({ text }) => text)).toEqual(['4', '280', '275', '285', '70%', '282']);
  });

  it('has no column of a law that was not fitted', () => {
    const { law: _, ...refused } = fitted;
    expect(scalingTable({ ...refused, refusal: 'it is noise' }).headings).not.toContain('by the law');
  });

  it('is said in a sentence, with intervals, and with the peak where there is one', () => {
    expect(scalingLine(fitted)).toBe(
      'lock: one replica gives 100 (90 to 110) RPS; contention 10% (9.00% to 11.0%); coherency 1% (0.90% to 1.10%); ' +
        'a peak cannot be told from these counts; the law explains >99% of how RPS varies',
    );
    const peak = { count: about(9.5), rps: about(340) };
    expect(scalingLine({ ...fitted, law: { ...law, peak } })).toContain(
      'highest at 9.50 (8.55 to 10.5) replicas, with 340 (306 to 374) RPS',
    );
  });

  it('says why there is no law', () => {
    const { law: _, ...refused } = fitted;
    expect(scalingLine({ ...refused, refusal: 'the points lie on no such curve' })).toBe(
      'lock: no scaling law was fitted: the points lie on no such curve',
    );
  });
});
