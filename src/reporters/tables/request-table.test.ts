import { describe, expect, it } from 'vitest';
import { measurement, trialRecord } from '../../../test/fakes/records.ts';
import { runRecord } from '../../../test/fakes/run-record.ts';
import { requestOutcome, shopTrial } from '../../../test/fakes/shop-record.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import { layoutOf } from '../layout.ts';
import { markdownReport } from '../markdown.ts';
import { terminalReport } from '../terminal.ts';

const named = { variants: [{ name: 'aside', settings: 'defaults' }] };

function sectionOf(...trials: readonly TrialRecord[]) {
  const variants = [...new Set(trials.map(({ variant }) => variant))].map((name) => ({ name, settings: '' }));
  const [section] = layoutOf(runRecord({ trials: [...trials] }, { variants })).sections;
  return section ?? expect.fail('there is no section');
}

const plain = (changes: Partial<TrialRecord>): TrialRecord => trialRecord({ metrics: { rps: 1 }, ...changes });

describe('the table by request', () => {
  it('tells of each request what clients saw, the answers by status with it', () => {
    const { requests } = sectionOf(shopTrial());
    expect(requests.headings).toEqual([
      'request',
      'variant',
      'N',
      'requests',
      'RPS',
      'p50 ms',
      'p99 ms',
      'errors',
      'statuses',
    ]);
    expect(requests.rows.map((row) => row.map(({ text }) => text))).toEqual([
      ['GET /', 'aside', '1', '-', '95', '1', '~9', '0', '200: 950'],
      ['POST /pay', 'aside', '1', '-', '-', '-', '-', '50', '500: 50'],
    ]);
  });

  it('sets variants against each other, request by request', () => {
    const lock = shopTrial({ variant: 'lock' });
    const [get, pay] = lock.byRequest;
    const faster = get && pay ? [{ ...get, metrics: { ...get.metrics, p50: 0.5 } }, pay] : [];
    const { rows } = sectionOf(shopTrial(), { ...lock, byRequest: faster }).requests;
    expect(rows.map(([request, variant]) => `${request?.text ?? ''} ${variant?.text ?? ''}`)).toEqual([
      'GET / aside',
      'GET / lock',
      'POST /pay aside',
      'POST /pay lock',
    ]);
    expect(rows[1]?.[5]).toEqual({ text: '0.50', mark: 'best' });
  });

  it('is not there where the workload has one request', () => {
    const one = plain({
      measurement: measurement({ byRequest: [requestOutcome('GET /')] }),
      byRequest: [{ request: 'GET /', metrics: { rps: 1 }, caveats: [] }],
    });
    expect(sectionOf(one).requests.rows).toEqual([]);
  });

  it('is in what people read, and errors say whose they are', () => {
    const record = runRecord({ trials: [shopTrial()] }, named);
    const screen = { columns: 80, color: false };
    for (const text of [terminalReport(record, screen), markdownReport(record)]) {
      for (const part of ['POST /pay', '500: 50', '200: 950, 500: 50', '50 status-5xx of POST /pay']) {
        expect(text.replaceAll('\\', '')).toContain(part);
      }
    }
    const widest = Math.max(
      ...terminalReport(record, screen)
        .split('\n')
        .map(({ length }) => length),
    );
    expect(widest).toBeLessThanOrEqual(80);
  });
});

describe('answers by status', () => {
  it('are told with their numbers, as the median of the rounds', () => {
    const rounds = [10, 40, 30].map((missing, index) => {
      const statuses = { '200': 9842, '404': missing };
      return plain({ round: index + 1, measurement: measurement({ statuses }) });
    });
    expect(sectionOf(...rounds).statuses).toEqual(['aside ×1: 200: 9,842, 404: 30']);
    expect(sectionOf(plain({})).statuses).toEqual(['aside ×1: 200: 20,000']);
    expect(sectionOf(plain({ measurement: measurement({ statuses: {} }) })).statuses).toEqual(['aside ×1: no answer']);
  });

  it('of rows that have the same one only are told in one sentence', () => {
    const redirected = plain({ variant: 'lock', measurement: measurement({ statuses: { '302': 7 } }) });
    const mixed = plain({ variant: 'xfetch', measurement: measurement({ statuses: { '200': 5, '503': 2 } }) });
    const none = plain({ variant: 'none' });
    expect(sectionOf(plain({}), none, redirected, mixed).statuses).toEqual([
      'aside ×1, none ×1: all 200',
      'lock ×1: all 302',
      'xfetch ×1: 200: 5, 503: 2',
    ]);
  });
});
