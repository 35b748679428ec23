import { describe, expect, it } from 'vitest';
import { backendsOf } from './backends.ts';
import { snapshotOf } from './snapshot.ts';

const said = (hits: number, statements: Readonly<Record<string, readonly [number, number]>>): string =>
  [
    `# TYPE redis_hits_total counter\nredis_hits_total ${hits}`,
    '# TYPE db_connections gauge\ndb_connections 12',
    '# TYPE db_statement_seconds_total counter\n# TYPE db_statement_calls_total counter',
    ...Object.entries(statements).map(
      ([text, [seconds, calls]]) =>
        `db_statement_seconds_total{statement="${text}"} ${seconds}\ndb_statement_calls_total{statement="${text}"} ${calls}`,
    ),
  ].join('\n');

describe('backendsOf', () => {
  it('gives the rise of counters, and the statements that cost the most meanwhile', () => {
    const before = said(10, { 'SELECT \\"a\\"': [1, 100], 'SELECT b': [5, 10] });
    const after = said(25, { 'SELECT \\"a\\"': [4, 700], 'SELECT b': [5.5, 20], 'SELECT new': [9, 9] });
    expect(backendsOf(snapshotOf(before), snapshotOf(after))).toEqual({
      counters: { redis_hits_total: 15 },
      gauges: { db_connections: 12 },
      statements: [
        { statement: 'SELECT "a"', calls: 600, totalMs: 3000 },
        { statement: 'SELECT b', calls: 10, totalMs: 500 },
      ],
    });
  });

  it('does not guess where a counter was missing at first', () => {
    const backends = backendsOf(snapshotOf(''), snapshotOf(said(25, {})));
    expect(backends?.counters).toEqual({});
  });

  it('is not there where one of the two did not answer, or started anew', () => {
    expect(backendsOf(undefined, snapshotOf(said(1, {})))).toBeUndefined();
    expect(backendsOf(snapshotOf(said(2, {})), snapshotOf(said(1, {})))).toBeUndefined();
  });
});
