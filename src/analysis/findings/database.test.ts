import { describe, expect, it } from 'vitest';
import { found, foundOf, p99, service, trialOf } from '../../../test/fakes/evidence.ts';
import { backends, telemetry } from '../../../test/fakes/records.ts';
import type { TrialView } from '../trial-view.ts';

const statement = `SELECT id, title, done, user_id, created_at\n  FROM todos WHERE title LIKE $1`;
const target = { command: 'node server.js' };

/** 1,200 queries, for each of which the application waited and PostgreSQL worked so many ms. */
function asked(waitedMs: number, workedMs: number, calls = 1200): Partial<TrialView> {
  const counters = { db_query_duration_seconds_sum: 1.2 * waitedMs, db_query_duration_seconds_count: 1200 };
  const database = { ...backends({}), statements: [{ statement, calls, totalMs: calls * workedMs }] };
  return { measurement: p99({ db: 30, app: 11 }), telemetry: telemetry(counters, { backends: database }) };
}

const costliest =
  'EXPLAIN its costliest statement, or ask it less often; 1,200 calls of 20 ms: SELECT id, title, done, user_id, created_at FROM todos WHER…';

describe('database-dominates', () => {
  it('says how much of the time PostgreSQL itself used, and which statement took longest', () => {
    expect(found({ ...asked(22, 20), resources: [service('postgres', 1.2)] })).toEqual([
      `database-dominates: p99 is the database: 30 of 41 ms; a query took 22 ms, 20 ms of it in PostgreSQL; PostgreSQL used 1.2 of 2 cores. ${costliest}`,
    ]);
  });

  it('tells of the application’s side alone where PostgreSQL does not tell of all queries', () => {
    expect(found(asked(22, 20, 600))[0]).toContain('p99 is the database: 30 of 41 ms. EXPLAIN');
    expect(found({ measurement: p99({ db: 30, app: 11 }) })).toEqual([
      'database-dominates: p99 is the database: 30 of 41 ms. Make its statements cheaper, or ask it less often: a cache.',
    ]);
    expect(found({ measurement: p99({ db: 30, app: 15, network: 16 }) })).toEqual([]);
  });
});

describe('database-wait', () => {
  const said =
    'database-wait: p99 is the wait for answers of the database: 30 of 41 ms; a query took 20 ms, 0.20 ms of it in PostgreSQL';
  const not = 'The statements are not what takes the time:';

  it('does not blame a database that idles for a busy event loop', () => {
    const busy = { metrics: { event_loop_utilisation: 0.91 }, resources: [service('postgres', 0.1)] };
    expect(found({ ...asked(20, 0.2), ...busy })).toEqual([
      `${said}; PostgreSQL used 0.1 of 2 cores. ${not} the event loop is busy 91% of the time, and answers wait for it.`,
    ]);
  });

  it('nor for a full machine, or for a long way', () => {
    const resources = [service('postgres', 0.6), service('app-1', 1)];
    expect(foundOf('database-wait', { ...asked(20, 0.2), resources })).toBe(
      `${said}; PostgreSQL used 0.6 of 2 cores. ${not} the machine is full, at 2 of 2 cores.`,
    );
    expect(found({ ...asked(20, 0.2), metrics: { event_loop_utilisation: 0.3 } })).toEqual([
      `${said}. The statements are not what takes the time: look at the way to PostgreSQL and back.`,
    ]);
  });
});

describe('what each request costs', () => {
  it('counts queries', () => {
    expect(found({ metrics: { queries_per_request: 101.04 } })).toEqual([
      'many-queries: Each request makes 101 queries. A join, or one query for all of them, makes do with one or two (feed: join).',
    ]);
    expect(
      found({ metrics: { queries_per_request: 101 }, trial: trialOf({ target, variants: undefined }) })[0],
    ).toMatch(/one or two\.$/);
    const graphql = trialOf({ app: { graphql: 'one-by-one' } });
    expect(found({ metrics: { queries_per_request: 21 }, trial: graphql })[0]).toMatch(/or two \(graphql: loader\)\.$/);
    expect(found({ metrics: { queries_per_request: 4.9 } })).toEqual([]);
  });

  it('counts rows', () => {
    expect(found({ metrics: { rows_read_per_request: 20_000.4 } })).toEqual([
      'rows-read: Each request reads 20,000 rows. An index on what it searches by seems to be missing (title-index: true).',
    ]);
    expect(found({ metrics: { rows_read_per_request: 999 } })).toEqual([]);
    const statements = [
      { statement: 'SELECT id FROM todos ORDER BY id LIMIT $1 OFFSET $2', calls: 900, totalMs: 9000 },
    ];
    const skipping = telemetry({}, { backends: { ...backends({}), statements } });
    expect(found({ metrics: { rows_read_per_request: 20_000 }, telemetry: skipping })).toEqual([
      'rows-read: Each request reads 20,000 rows. OFFSET reads what it skips: begin a page behind the last row of the one before (GET /todos?after=… in place of skip, with pages: keyset).',
    ]);
  });
});
