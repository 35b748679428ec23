import { describe, expect, it } from 'vitest';
import { anatomy, measurement, trialRecord } from '../../../test/fakes/records.ts';
import type { Row } from '../../analysis/summary.ts';
import type { Anatomy } from '../../model/measurement.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import { anatomyTable } from './anatomy-table.ts';

function row(variant: string, anatomies: readonly Anatomy[], caveats: TrialRecord['caveats'] = []): Row {
  const trial = trialRecord({ metrics: {}, variant, measurement: measurement({ anatomy: [...anatomies] }), caveats });
  return { scenario: 'herd', variant, replicas: 1, trials: [trial], values: {}, caveats };
}

/** The table as lines, its marks as `*`. */
function lines(rows: readonly Row[]): readonly string[] {
  const table = anatomyTable(rows);
  const cells = table.rows.map((line) => line.map(({ text, mark }) => (mark === 'largest' ? `*${text}` : text)));
  return [table.headings, ...cells].map((line) => line.join('|'));
}

describe('anatomyTable', () => {
  it('has a line for p50 and p99 of each row, and a column for each part that shows anywhere', () => {
    const none = [
      anatomy('p50', { waiting: 0, network: 1, app: 1, pool: 2, db: 4 }),
      anatomy('p99', { waiting: 0, network: 1, app: 1, pool: 38, db: 2 }),
    ];
    const lock = [anatomy('p99', { network: 1, app: 1.5, cache: 2, flight: 100, db: 0.5 })];
    expect(lines([row('none', none), row('lock', lock)])).toEqual([
      'variant|N||all|network|pool|db|cache|flight|app',
      'none|1|p50|8|1|2|*4|||1',
      '||p99|42|1|*38|2|||1',
      'lock|1|p99|105||||2|*100|1.50',
    ]);
  });

  it('puts small parts together where there are many', () => {
    const parts = { waiting: 10, network: 10, loop: 10, pool: 10, db: 10, cache: 10, sql: 30, ssl: 5, app: 5 };
    expect(lines([row('own', [anatomy('p99', parts)])])).toEqual([
      'variant|N||all|waiting|network|loop|pool|db|cache|sql|other',
      'own|1|p99|100|10|10|10|10|10|10|*30|10',
    ]);
  });

  it('marks a percentile that is in doubt', () => {
    const thin: TrialRecord['caveats'] = [{ kind: 'too-few-samples', text: 'too few', doubts: ['p99'] }];
    expect(lines([row('none', [anatomy('p99', { app: 5 })], thin)])[1]).toBe('none|1|p99|~5|*5');
  });

  it('has no rows where servers tell nothing', () => {
    expect(anatomyTable([row('url', [])]).rows).toEqual([]);
  });
});
