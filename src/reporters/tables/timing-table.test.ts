import { describe, expect, it } from 'vitest';
import { measurement, openLoad, trialRecord } from '../../../test/fakes/records.ts';
import { rowsOf } from '../../analysis/summary.ts';
import { timingTable } from './timing-table.ts';

const metrics = {
  offered_rate: 2000,
  rps: 1200,
  mean: 1.5,
  p50: 1,
  p95: 3,
  p99: 4,
  'p99.9': 5,
  max: 6,
  'p99.service': 2,
};

const lines = (open: ReturnType<typeof openLoad> | undefined, rounds = 1) => {
  const trial = trialRecord({ metrics, measurement: measurement(open ? { open } : {}) });
  const { headings, rows } = timingTable(rowsOf([trial], 'herd', ['aside']), rounds);
  return [headings, ...rows.map((cells) => cells.map(({ text }) => text))].map((line) => line.join('|'));
};

describe('timingTable', () => {
  it('has the percentiles of closed load', () => {
    expect(lines(undefined)).toEqual([
      'variant|N|RPS|mean ms|p50 ms|p95 ms|p99 ms|p99.9 ms|max ms|errors',
      'aside|1|1,200|1.50|1|3|4|5|6|0',
    ]);
  });

  it('sets what was served against what was offered, and service time against response time', () => {
    expect(lines(openLoad())).toEqual([
      'variant|N|offered|RPS|mean ms|p50 ms|p95 ms|p99 ms|max ms|service|errors',
      'aside|1|2,000|1,200|1.50|1|3|4|6|2|0',
    ]);
  });

  it('counts what was dropped, where anything was', () => {
    expect(lines(openLoad({ dropped: 1204 }))[1]).toBe('aside|1|2,000|1,200|1.50|1|3|4|6|2|0|1,204');
  });

  it('has the spread of several rounds', () => {
    expect(lines(openLoad(), 2)[0]).toContain('|offered|RPS|spread|mean ms|p50');
  });

  it('counts the errors and the dropped requests of a trial, as the median over the rounds', () => {
    const trials = [3, 0, 1].map((failed, index) =>
      trialRecord({
        metrics,
        round: index + 1,
        measurement: measurement({ failed, open: openLoad({ dropped: 10 * failed }) }),
      }),
    );
    const [row] = timingTable(rowsOf(trials, 'herd', ['aside']), 3).rows;
    expect(row?.slice(-2)).toEqual([
      { text: '1', mark: 'doubtful' },
      { text: '10', mark: 'doubtful' },
    ]);
    const [rare] = timingTable(rowsOf(trials.slice(1), 'herd', ['aside']), 2).rows;
    expect(rare?.at(-1)).toEqual({ text: '5', mark: 'doubtful' });
  });
});
