import { describe, expect, it } from 'vitest';
import { service } from '../../../test/fakes/evidence.ts';
import { beside, telemetry, trialRecord } from '../../../test/fakes/records.ts';
import { runRecord } from '../../../test/fakes/run-record.ts';
import { rowsOf } from '../../analysis/summary.ts';
import type { BesideTelemetry } from '../../model/telemetry.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import { markdownReport } from '../markdown.ts';
import { terminalReport } from '../terminal.ts';
import { besideTable } from './beside-table.ts';

const variants = [
  { name: 'in-process', settings: 'defaults' },
  { name: 'notified', settings: 'mailer ×2' },
];
const copy = (number: number, cpuRatio: number) =>
  service(`mailer-${number}`, cpuRatio, { service: 'mailer', role: 'aside', memoryPeakBytes: 2 ** 20 });

function notified(mailer: BesideTelemetry, changes: Partial<TrialRecord> = {}): TrialRecord {
  return trialRecord({
    variant: 'notified',
    metrics: { rps: 1000 },
    telemetry: telemetry({ http_requests_total: 20_000 }, { beside: [mailer] }),
    resources: [service('app-1', 0.9), copy(1, 0.2), copy(2, 0.1)],
    byService: [{ service: 'mailer', metrics: { requests: 20_000, calls_per_request: 1 } }],
    ...changes,
  });
}

const mailer = beside('mailer', [10_200, 9_800]);
const cells = (...trials: readonly TrialRecord[]) =>
  besideTable(rowsOf(trials, 'herd', ['in-process', 'notified'])).rows.map((row) => row.map(({ text }) => text));

describe('besideTable', () => {
  it('has a line for each service: what it was asked, its share a copy, and what all copies used', () => {
    const without = trialRecord({ variant: 'in-process', metrics: {}, resources: [service('app-1', 0.9)] });
    expect(cells(without, notified(mailer))).toEqual([
      ['mailer ×2', 'notified', '1', '20,000', '1', '49% to 51%', '0.30', '2 MiB'],
    ]);
  });

  it('has no shares of one copy, and nothing of what is not known', () => {
    const one = notified(beside('mailer', [7]), { resources: [], byService: [] });
    expect(cells(one)).toEqual([['mailer', 'notified', '1', '7', '-', '-', '-', '-']]);
    const silent = trialRecord({ variant: 'notified', metrics: {}, resources: [copy(1, 0.2)] });
    expect(cells(silent)).toEqual([['mailer', 'notified', '1', '-', '-', '-', '0.20', '1 MiB']]);
  });

  it('marks what not all copies told', () => {
    const lost = [{ replica: 'mailer-2', problem: 'it was killed' }];
    const trial = notified(beside('mailer', [10_200], { lost }), { byService: [{ service: 'mailer', metrics: {} }] });
    const [row] = besideTable(rowsOf([trial], 'herd', ['notified'])).rows;
    expect(row?.[0]).toEqual({ text: 'mailer ×2' });
    expect(row?.[3]).toEqual({ text: '~10,200', mark: 'doubtful' });
    expect(row?.[4]).toEqual({ text: '-' });
  });

  it('has no rows where nothing runs beside what is tested', () => {
    expect(cells(trialRecord({ metrics: {}, resources: [service('postgres', 0.4)] }))).toEqual([]);
  });

  it('stands in the reports, within 80 columns', () => {
    const record = runRecord({ trials: [notified(mailer)] }, { variants });
    const drawn = terminalReport(record, { columns: 80, color: false }).split('\n');
    const title = drawn.findIndex((line) => line.includes('services beside what is tested'));
    expect(drawn.slice(title, title + 3)).toEqual([
      '  services beside what is tested',
      '  service    variant   N  requests  calls/req  share a copy   CPU  memory',
      '  mailer ×2  notified  1    20,000          1    49% to 51%  0.30   2 MiB',
    ]);
    expect(markdownReport(record)).toContain('| mailer ×2 | notified | 1 | 20,000 | 1 | 49% to 51% | 0.30 | 2 MiB |');
  });
});
