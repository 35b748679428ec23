import { describe, expect, it } from 'vitest';
import { anatomy, backends, measurement, openLoad, telemetry, timeline } from '../../test/fakes/records.ts';
import type { ServiceResources } from '../result.ts';
import type { KeyDistribution, Workload } from '../scenarios/scenario.ts';
import type { Evidence } from './evidence.ts';
import { findingsOf } from './findings.ts';

const request = { name: 'a todo', method: 'GET', path: '/todos/{todo}', weight: 1, headers: {}, check: {} };
const workload = (todo: KeyDistribution): Workload => ({ requests: [request], keys: { todo } });

function evidence(changes: Partial<Evidence>): Evidence {
  return {
    measurement: measurement(),
    telemetry: telemetry(),
    resources: [],
    metrics: {},
    workload: workload({ kind: 'hot', key: 1 }),
    cores: 2,
    ...changes,
  };
}

/** What is found, as "kind: text". */
const found = (changes: Partial<Evidence>) => findingsOf(evidence(changes)).map(({ kind, text }) => `${kind}: ${text}`);

const p99 = (partsMs: Record<string, number>) => measurement({ anatomy: [anatomy('p99', partsMs)] });

const service = (name: string, cpuRatio: number, changes: Partial<ServiceResources> = {}): ServiceResources => ({
  service: name,
  cpuRatio,
  throttledRatio: 0,
  memoryPeakBytes: 1,
  restarts: 0,
  outOfMemory: false,
  ...changes,
});

/** What each replica served. */
const served = (...counts: number[]) =>
  counts.map((count, index) => ({
    replica: `app-${index + 1}`,
    counters: { http_requests_total: count },
    gauges: {},
  }));

describe('findingsOf', () => {
  it('finds nothing where nothing was told, or nothing stands out', () => {
    expect(found({})).toEqual([]);
    expect(found({ measurement: p99({ network: 2, pool: 1, db: 1.9, app: 1 }) })).toEqual([]);
  });

  it('says in the order of the rules what p99 is made of, then what each request costs', () => {
    const metrics = { queries_per_request: 7, event_loop_utilisation: 0.97 };
    const trial = evidence({ metrics, measurement: p99({ db: 9, app: 1 }) });
    expect(findingsOf(trial).map(({ kind }) => kind)).toEqual([
      'event-loop-full',
      'database-dominates',
      'many-queries',
    ]);
  });
});

describe('waiting-to-be-sent', () => {
  const waiting = (waitingMs: number) =>
    measurement({ open: openLoad(), anatomy: [anatomy('p99', { waiting: waitingMs, db: 10 })] });

  it('compares what was offered with what was served', () => {
    expect(found({ measurement: waiting(90), metrics: { offered_rate: 2000, rps: 1200, schedule_lag: 1 } })).toEqual([
      'waiting-to-be-sent: The system does not keep up on 40 connections: offered 2,000/s, served 1,200/s; at p99 a request waits 90 of 100 ms to be sent.',
    ]);
  });

  it('tells a queue that comes and goes from one that grows', () => {
    expect(found({ measurement: waiting(90), metrics: { offered_rate: 2000, rps: 1990 } })).toEqual([
      'waiting-to-be-sent: For moments requests come faster than they are answered: at p99 a request waits 90 of 100 ms to be sent.',
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

describe('event-loop-full', () => {
  it('asks for replicas, and for cores where there are none left', () => {
    const metrics = { event_loop_utilisation: 0.99 };
    const sentence = 'event-loop-full: The event loop is full (utilisation 0.99): add replicas or workers.';
    expect(found({ metrics })).toEqual([sentence]);
    // The generator's 0.4 cores are among them.
    expect(found({ metrics, resources: [service('app-1', 1), service('postgres', 0.5)] })).toEqual([
      `${sentence} They need cores: 1.9 of 2 cores were in use.`,
    ]);
    expect(found({ metrics: { event_loop_utilisation: 0.94 } })).toEqual([]);
  });
});

describe('pool-wait', () => {
  const replicas = [{ replica: 'app-1', counters: {}, gauges: { db_pool_size: 10 } }];
  const waiting: Partial<Evidence> = {
    measurement: p99({ network: 1, pool: 38, db: 2 }),
    telemetry: telemetry({}, { replicas, timeline: timeline({ 'app-1 db_pool_in_use': [10, 9, 10, 10] }) }),
    metrics: { pool_in_use: 0.99 },
  };
  const full = 'pool-wait: p99 is pool wait: 38 of 41 ms; 9.9 of 10 connections (99%) were in use on average.';

  it('advises a larger pool where PostgreSQL can do more', () => {
    expect(found({ ...waiting, resources: [service('postgres', 0.4)] })).toEqual([
      `${full} A larger pool would help: PostgreSQL used 0.4 of 2 cores.`,
    ]);
    expect(found(waiting)).toEqual([`${full} A larger pool helps where PostgreSQL can do more.`]);
  });

  it('advises against it where something else is full', () => {
    const not = `${full} A larger pool would not help:`;
    expect(found({ ...waiting, resources: [service('postgres', 0.5, { cpuLimit: 0.5 })] })).toEqual([
      `${not} PostgreSQL is the limit, at 0.5 of 0.5 cores.`,
    ]);
    expect(found({ ...waiting, resources: [service('postgres', 0.9), service('app-1', 0.6)] })).toEqual([
      `${not} the machine is full, at 1.9 of 2 cores.`,
    ]);
    const metrics = { pool_in_use: 0.99, event_loop_utilisation: 0.98 };
    expect(found({ ...waiting, metrics, resources: [service('postgres', 0.4)] })[1]).toBe(
      `${not} the event loop is full (utilisation 0.98).`,
    );
  });

  it('says how many connections were in use where not all were', () => {
    const rarely = timeline({ 'app-1 db_pool_in_use': [10, 6, 5, 4] });
    const some = { ...waiting, telemetry: telemetry({}, { replicas, timeline: rarely }) };
    expect(found({ ...some, metrics: { pool_in_use: 0.62 } })[0]).toContain(
      '; 6.2 of 10 connections (62%) were in use on average.',
    );
    expect(found({ measurement: p99({ pool: 38, db: 2 }) })).toEqual([
      'pool-wait: p99 is pool wait: 38 of 40 ms. A larger pool helps where PostgreSQL can do more.',
    ]);
  });

  it('is not told where something else is larger, or all of it is small', () => {
    expect(found({ measurement: p99({ pool: 35, network: 40 }) })).toEqual([]);
    expect(found({ measurement: p99({ pool: 0.9, db: 0.1 }) })).toEqual([]);
  });
});

describe('database-dominates', () => {
  it('names the statement that took longest', () => {
    const statement = `SELECT id, title, done, user_id, created_at\n  FROM todos WHERE title LIKE $1`;
    const database = { ...backends({}), statements: [{ statement, calls: 1200, totalMs: 24_000 }] };
    const trial = { measurement: p99({ db: 30, app: 11 }), resources: [service('postgres', 1.8)] };
    expect(found({ ...trial, telemetry: telemetry({}, { backends: database }) })).toEqual([
      'database-dominates: p99 is the database: 30 of 41 ms; PostgreSQL used 1.8 of 2 cores. ' +
        'Its costliest statement, 1,200 calls of 20 ms: SELECT id, title, done, user_id, created_at FROM todos WHER…',
    ]);
    expect(found({ measurement: p99({ db: 30, app: 11 }) })).toEqual([
      'database-dominates: p99 is the database: 30 of 41 ms.',
    ]);
    expect(found({ measurement: p99({ db: 30, app: 15, network: 16 }) })).toEqual([]);
  });
});

describe('what each request costs', () => {
  it('counts queries', () => {
    expect(found({ metrics: { queries_per_request: 101.04 } })).toEqual([
      'many-queries: Each request makes 101 queries: a join or a batch makes do with one or two.',
    ]);
    expect(found({ metrics: { queries_per_request: 4.9 } })).toEqual([]);
  });

  it('counts rows', () => {
    expect(found({ metrics: { rows_read_per_request: 20_000.4 } })).toEqual([
      'rows-read: Each request reads 20,000 rows: an index seems to be missing.',
    ]);
    expect(found({ metrics: { rows_read_per_request: 999 } })).toEqual([]);
  });
});

describe('herd', () => {
  const metrics = { recomputes: 750, recomputes_per_expiry: 75, cache_hit_rate: 0.99 };

  it('counts recomputes of a key that everyone wants', () => {
    expect(found({ metrics })).toEqual([
      'herd: The cache recomputed 75 times per expiry: a lock or a shared promise makes it once.',
    ]);
    expect(found({ metrics: { ...metrics, recomputes: 20, recomputes_per_expiry: 2 } })).toEqual([]);
  });

  it('does not take many keys, each computed once, for a herd', () => {
    expect(found({ metrics, workload: workload({ kind: 'uniform', of: 50 }) })).toEqual([]);
    expect(found({ metrics, workload: workload({ kind: 'zipf', exponent: 1, of: 10 }) })).toEqual([
      'herd: The cache recomputed each value 7.5 times per expiry: a lock or a shared promise makes it once.',
    ]);
    // In a sixth of the time to live, 600 keys that are read for the first time look like 3,600 an expiry.
    const filling = { recomputes: 600, recomputes_per_expiry: 3600, cache_hit_rate: 0.9 };
    expect(found({ metrics: filling, workload: workload({ kind: 'zipf', exponent: 1.1, of: 1000 }) })).toEqual([]);
  });

  it('is none without a cache', () => {
    expect(found({ metrics: { ...metrics, cache_hit_rate: 0 } })).toEqual([]);
  });
});

describe('uneven-replicas', () => {
  const shares = (...counts: number[]) => found({ telemetry: telemetry({}, { replicas: served(...counts) }) });

  it('names the replicas with the fewest and the most requests', () => {
    expect(shares(960, 40)).toEqual([
      'uneven-replicas: app-2 served 4% of the requests, app-1 96%; a fair share is 50%.',
    ]);
    expect(shares(0, 0, 900)).toEqual([
      'uneven-replicas: app-1 served 0% of the requests, app-3 100%; a fair share is 33%.',
    ]);
  });

  it('lets shares differ a little', () => {
    expect(shares(900)).toEqual([]);
    expect(shares(600, 400)).toEqual([]);
    expect(shares(200, 400, 400)).toEqual([]);
  });

  it('does not compare replicas that come and go', () => {
    expect(found({ telemetry: telemetry({}, { replicas: served(960, 40), left: [] }) })).toEqual([]);
  });

  it('does not compare where a replica is missing', () => {
    const lost = [{ replica: 'app-3', problem: 'it died' }];
    expect(found({ telemetry: telemetry({}, { replicas: served(900, 10), lost }) })).toEqual([]);
  });
});

describe('limits', () => {
  it('are those of the CPU', () => {
    const limited = { cpuLimit: 0.5, throttledRatio: 0.62 };
    expect(found({ resources: [service('postgres', 0.1), service('app-2', 0.5, limited)] })).toEqual([
      'throttled: app-2 was at its CPU limit (0.5 cores) 62% of the time: raise it or add replicas.',
    ]);
    expect(found({ resources: [service('app-1', 0.5, { cpuLimit: 0.5, throttledRatio: 0.2 })] })).toEqual([]);
  });

  it('are those of PostgreSQL’s connections, at the worst moment', () => {
    const allowed = backends({}, { db_connections: 12, db_max_connections: 100 });
    const moments = timeline({ 'backends db_connections': [12, 99, null] });
    expect(found({ telemetry: telemetry({}, { backends: allowed, timeline: moments }) })).toEqual([
      'connection-limit: PostgreSQL had 99 of its 100 connections open, and refuses more: use smaller pools.',
    ]);
    expect(found({ telemetry: telemetry({}, { backends: allowed }) })).toEqual([]);
  });
});
