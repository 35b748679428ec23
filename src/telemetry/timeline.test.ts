import { describe, expect, it } from 'vitest';
import { snapshotOf } from './snapshot.ts';
import { timelineOf, type Moment } from './timeline.ts';

function moment(second: number, texts: Readonly<Record<string, string | undefined>>): Moment {
  const read = Object.entries(texts).map(([source, text]) => {
    return [source, text === undefined ? undefined : { second, snapshot: snapshotOf(text) }] as const;
  });
  return { second, told: new Map(read) };
}

const replica = (requests: number, inUse: number): string =>
  `# TYPE http_requests_total counter\nhttp_requests_total ${requests}\n` +
  `# TYPE db_pool_in_use gauge\ndb_pool_in_use ${inUse}\n`;

describe('timelineOf', () => {
  it('gives counters as their rise per second, and gauges as they are', () => {
    const timeline = timelineOf([
      moment(0.01, { 'app-1': replica(100, 0) }),
      moment(1.01, { 'app-1': replica(300, 5) }),
      moment(3.01, { 'app-1': replica(400, 7) }),
    ]);
    expect(timeline).toEqual({
      seconds: [0.01, 1.01, 3.01],
      series: [
        { source: 'stack', name: 'replicas', values: [1, 1, 1] },
        { source: 'app-1', name: 'http_requests_total', values: [null, 200, 50] },
        { source: 'app-1', name: 'db_pool_in_use', values: [0, 5, 7] },
        { source: 'app-1', name: 'up', values: [1, 1, 1] },
      ],
    });
  });

  it('has no value where a source did not answer, nor a rate after that or after a new start', () => {
    const timeline = timelineOf([
      moment(0, { 'app-1': replica(100, 1), 'app-2': replica(7, 1) }),
      moment(1, { 'app-1': undefined, 'app-2': replica(2, 1) }),
      moment(2, { 'app-1': replica(300, 1), 'app-2': replica(4, 1) }),
    ]);
    expect(timeline.series).toEqual([
      { source: 'stack', name: 'replicas', values: [2, 1, 2] },
      { source: 'app-1', name: 'db_pool_in_use', values: [1, null, 1] },
      { source: 'app-1', name: 'up', values: [1, null, 1] },
      { source: 'app-2', name: 'http_requests_total', values: [null, null, 2] },
      { source: 'app-2', name: 'db_pool_in_use', values: [1, 1, 1] },
      { source: 'app-2', name: 'up', values: [1, 1, 1] },
    ]);
  });

  it('takes the time for a rate from when each answer was there', () => {
    const at = (second: number, requests: number, lateBy: number): Moment => {
      const told = { second: second + lateBy, snapshot: snapshotOf(replica(requests, 0)) };
      return { second, told: new Map([['app-1', told]]) };
    };
    const { seconds, series } = timelineOf([at(0, 0, 0), at(1, 250, 1.5), at(3, 300, 0)]);
    expect(seconds).toEqual([0, 1, 3]);
    expect(series[1]?.values).toEqual([null, 100, 100]);
  });

  it('counts the replicas that answered, whichever they are', () => {
    const one = replica(1, 1);
    const { series } = timelineOf([
      moment(0, { old: one, backends: one }),
      moment(1, { old: one, new: undefined, backends: undefined }),
      moment(2, { old: one, new: one, backends: one }),
      moment(3, { new: undefined, backends: one }),
    ]);
    expect(series[0]).toEqual({ source: 'stack', name: 'replicas', values: [1, 1, 2, 0] });
  });

  it('names the service of what runs beside the replicas, and counts it for none of them', () => {
    const at = (second: number, requests: number): Moment => {
      const said = { second, snapshot: snapshotOf(replica(requests, 0)) };
      const beside = new Map([['mailer', new Map([['mailer-1', said]])]]);
      return { ...moment(second, { 'app-1': replica(0, 0) }), beside };
    };
    const { series } = timelineOf([at(0, 10), at(1, 40)]);
    expect(series.find(({ name }) => name === 'replicas')?.values).toEqual([1, 1]);
    expect(series.filter(({ service }) => service !== undefined)).toEqual([
      { source: 'mailer-1', service: 'mailer', name: 'http_requests_total', values: [null, 30] },
      { source: 'mailer-1', service: 'mailer', name: 'db_pool_in_use', values: [0, 0] },
      { source: 'mailer-1', service: 'mailer', name: 'up', values: [1, 1] },
    ]);
  });

  it('leaves out what nobody told', () => {
    const told = (texts: Readonly<Record<string, string>>): readonly string[] =>
      timelineOf([moment(0, texts)]).series.map(({ source, name }) => `${source} ${name}`);
    expect(told({ backends: replica(1, 1) })).toEqual(['backends db_pool_in_use', 'backends up']);
    expect(told({ 'app-1': '' })).toEqual(['stack replicas', 'app-1 up']);
    expect(timelineOf([])).toEqual({ seconds: [], series: [] });
  });
});
