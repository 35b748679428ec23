import { describe, expect, it } from 'vitest';
import { evidence, found, p99, service, trialOf } from '../../test/fakes/evidence.ts';
import { anatomy, measurement, openLoad } from '../../test/fakes/records.ts';
import { findingsOf } from './findings.ts';

const kinds = (changes: Parameters<typeof evidence>[0]) => findingsOf(evidence(changes)).map(({ kind }) => kind);

describe('findingsOf', () => {
  it('finds nothing where nothing was told, or nothing stands out', () => {
    expect(found({})).toEqual([]);
    expect(found({ measurement: p99({ network: 2, pool: 1, db: 1.9, app: 1 }) })).toEqual([]);
  });

  it('begins with what would change most', () => {
    const metrics = { queries_per_request: 7, rows_read_per_request: 20_000, event_loop_utilisation: 0.97 };
    const database = p99({ db: 9, app: 1 });
    expect(kinds({ metrics, measurement: database })).toEqual([
      'rows-read',
      'many-queries',
      'event-loop-full',
      'database-dominates',
    ]);
    // Where the database is a small part, so is what an index would change.
    expect(kinds({ metrics, measurement: p99({ db: 1, app: 9 }) })).toEqual([
      'event-loop-full',
      'rows-read',
      'many-queries',
    ]);
  });

  it('tells whom it is about as data: the copy, or the service', () => {
    const throttled = service('app-2', 0.5, { cpuLimit: 0.5, throttledRatio: 0.6 });
    const aboutOf = (changes: Parameters<typeof evidence>[0]) =>
      findingsOf(evidence(changes)).map(({ kind, about }) => [kind, about]);
    const busy = { metrics: { event_loop_utilisation: 0.99 }, resources: [service('app-1', 0.1)] };
    expect(aboutOf({ resources: [throttled] })).toEqual([['throttled', { service: 'app', copy: 'app-2' }]]);
    expect(aboutOf(busy)).toEqual([['event-loop-full', { service: 'app' }]]);
    const database = { measurement: p99({ db: 38, app: 2 }), resources: [service('postgres', 0.1)] };
    expect(aboutOf(database)).toEqual([['database-dominates', { service: 'postgres', copy: 'postgres' }]]);
  });

  it('tells last what nothing follows from', () => {
    const limited = { cpuLimit: 0.5, throttledRatio: 0.6 };
    const resources = [service('app-1', 0.5, limited), service('postgres', 0.1)];
    expect(kinds({ measurement: p99({ pool: 38, db: 2 }), resources })).toEqual(['throttled', 'pool-wait']);
  });
});

describe('waiting-to-be-sent', () => {
  const waiting = (waitingMs: number) =>
    measurement({ open: openLoad(), anatomy: [anatomy('p99', { waiting: waitingMs, db: 10 })] });
  const trial = trialOf({ load: { rate: '2000/s', duration: '10s' } });
  const next =
    "Find the rate that it keeps up with, and refuse what comes beyond. scale-lab max-rps shop --variant usual --slo 'p99 < 50ms'";

  it('compares what was offered with what was served, and has the rate looked for that holds', () => {
    const metrics = { offered_rate: 2000, rps: 1200, schedule_lag: 1, 'p50.service': 9 };
    expect(found({ measurement: waiting(90), metrics, trial })).toEqual([
      `waiting-to-be-sent: The system does not keep up on 40 connections: offered 2,000/s, served 1,200/s; at p99 a request waits 90 of 100 ms to be sent. ${next}`,
    ]);
  });

  it('tells a queue that comes and goes from one that grows', () => {
    const metrics = { offered_rate: 2000, rps: 1990, 'p50.service': 9 };
    expect(found({ measurement: waiting(90), metrics, trial })).toEqual([
      `waiting-to-be-sent: For moments requests come faster than they are answered: at p99 a request waits 90 of 100 ms to be sent. ${next}`,
    ]);
  });

  it('does not blame the system for a late generator', () => {
    const metrics = { offered_rate: 2000, rps: 1200, schedule_lag: 60 };
    expect(found({ measurement: waiting(90), metrics })).toEqual([]);
  });

  it('does not blame it for a short wait', () => {
    const metrics = { offered_rate: 2000, rps: 1200 };
    expect(found({ measurement: waiting(4), metrics }).join()).not.toContain('waits');
  });
});
