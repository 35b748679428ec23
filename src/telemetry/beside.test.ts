import { describe, expect, it } from 'vitest';
import type { BesideMetrics } from '../model/running-system.ts';
import { besideTelemetryOf } from './beside.ts';
import { snapshotOf } from './snapshot.ts';
import type { Moment } from './timeline.ts';

const exposition = (requests: number): string =>
  `# TYPE http_requests_total counter\n` +
  `http_requests_total{route="POST /notifications",status="201"} ${requests}\n` +
  `http_requests_total{route="unmatched",status="404"} 1\n`;

const told = (replica: string, requests: number, service = 'mailer'): BesideMetrics => ({
  service,
  replica,
  text: exposition(requests),
});
const gone = (replica: string): BesideMetrics => ({
  service: 'mailer',
  replica,
  problem: 'it was killed by SIGKILL',
  ended: true,
});

/** A sample of the mailer: what each copy had counted by then, or undefined where it did not answer. */
function moment(second: number, copies: Readonly<Record<string, number | undefined>>): Moment {
  const read = Object.entries(copies).map(([copy, requests]) => {
    const said = requests === undefined ? undefined : { second, snapshot: snapshotOf(exposition(requests)) };
    return [copy, said] as const;
  });
  return { second, told: new Map(), beside: new Map([['mailer', new Map(read)]]) };
}

describe('besideTelemetryOf', () => {
  it('gives the rise of every counter by service and copy', () => {
    const first = [told('mailer-1', 10), told('mailer-2', 0), told('prices', 5, 'prices')];
    const last = [told('mailer-1', 110), told('mailer-2', 98), told('prices', 7, 'prices')];
    const counted = (replica: string, requests: number) => ({
      replica,
      counters: { http_requests_total: requests },
      gauges: {},
    });
    expect(besideTelemetryOf({ first, moments: [], last }, [])).toEqual([
      { service: 'mailer', copies: [counted('mailer-1', 100), counted('mailer-2', 98)], lost: [], silent: [] },
      { service: 'prices', copies: [counted('prices', 2)], lost: [], silent: [] },
    ]);
  });

  it('tells of copies that died, restarted or did not answer, and takes no numbers from them', () => {
    const silent: BesideMetrics = { service: 'mailer', replica: 'mailer-3', problem: 'timed out' };
    const first = [told('mailer-1', 10), told('mailer-2', 50), told('mailer-3', 1), told('mailer-4', 1)];
    const last = [gone('mailer-1'), told('mailer-2', 3), silent, told('mailer-4', 2)];
    const [mailer] = besideTelemetryOf({ first, moments: [], last }, []) ?? [];
    expect(mailer?.copies.map(({ replica }) => replica)).toEqual(['mailer-4']);
    expect(mailer?.lost.map(({ replica, problem }) => `${replica}: ${problem}`)).toEqual([
      'mailer-1: it was killed by SIGKILL',
      'mailer-2: its counters fell: it restarted, or several processes with counters of their own answer at its address',
    ]);
    expect(mailer?.silent).toEqual([{ replica: 'mailer-3', problem: 'timed out' }]);
  });

  it('takes what an act has ended at its last word', () => {
    const first = [told('mailer-1', 10), told('mailer-2', 10)];
    const moments = [
      moment(0, { 'mailer-1': 10, 'mailer-2': 10 }),
      moment(1, { 'mailer-1': 30, 'mailer-2': 25 }),
      moment(2, { 'mailer-1': 70, 'mailer-2': undefined }),
    ];
    const [mailer] =
      besideTelemetryOf({ first, moments, last: [told('mailer-1', 70), gone('mailer-2')] }, ['mailer']) ?? [];
    expect(mailer).toMatchObject({ lost: [], silent: [], left: ['mailer-2'] });
    expect(mailer?.copies.map(({ counters }) => counters.http_requests_total)).toEqual([60, 15]);
  });

  it('is nothing where nothing beside what is tested tells anything', () => {
    expect(besideTelemetryOf({ first: [], moments: [], last: [] }, [])).toBeUndefined();
  });
});
