import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startPostgres, type Service } from '../testing/services.ts';
import { costing } from './query-cost.ts';

let postgres: Service;
let client: Client;

beforeAll(async () => {
  postgres = await startPostgres();
  client = new Client({ connectionString: postgres.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await postgres[Symbol.asyncDispose]();
});

interface PlanLine {
  readonly 'QUERY PLAN': string;
}

/** Each step of a plan that was carried out: its name, and how many rows came of it in all. */
async function stepsOf(query: string): Promise<readonly string[]> {
  const { rows } = await client.query<PlanLine>(`EXPLAIN (ANALYZE, COSTS off, TIMING off) ${query}`);
  return rows.flatMap(({ 'QUERY PLAN': line }) => {
    const step = /(\w[\w ]*?)(?: on \S+(?: \S+)?)? \(actual rows=(\d+)(?:\.\d+)? loops=(\d+)\)/.exec(line);
    return step === null ? [] : [`${String(step[1])}: ${Number(step[2]) * Number(step[3])}`];
  });
}

it('makes up the rows once for a query, however many rows that reads', async () => {
  const condition = costing({ QUERY_COST_MS: 0, QUERY_CPU_ROWS: 5_000 });
  const steps = await stepsOf(`SELECT n FROM generate_series(1, 3) AS n WHERE ${condition}`);
  expect(steps).toContain('ProjectSet: 5000');
  expect(steps).toContain('Function Scan: 3');
});

it('keeps none of them: no file is written, however many they are', async () => {
  await client.query(`SET work_mem = '64kB'`);
  const { rows } = await client.query<PlanLine>(
    `EXPLAIN (ANALYZE, BUFFERS) SELECT 1 WHERE ${costing({ QUERY_COST_MS: 0, QUERY_CPU_ROWS: 100_000 })}`,
  );
  expect(JSON.stringify(rows)).not.toContain('temp');
});

it('sleeps as well where it is told to, and is no condition at all where nothing is to be paid', () => {
  expect(costing({ QUERY_COST_MS: 20, QUERY_CPU_ROWS: 7 })).toMatch(
    /pg_sleep\(0\.02\).* AND .*generate_series\(1, 7\)/,
  );
  expect(costing({ QUERY_COST_MS: 0, QUERY_CPU_ROWS: 0 })).toBe('true');
});
