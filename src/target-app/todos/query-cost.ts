import type { Settings } from '../settings.ts';

/** What a query is made to cost: time in which it holds its connection and does nothing, and rows that take CPU to make. */
export type QueryCost = Pick<Settings, 'QUERY_COST_MS' | 'QUERY_CPU_ROWS'>;

/** What is artificial about a query, as SQL expressions that take no row; each is worked out once for a query. */
export function costsOf({ QUERY_COST_MS: ms, QUERY_CPU_ROWS: rows }: QueryCost): readonly string[] {
  return [
    ...(ms > 0 ? [`pg_sleep(${ms / 1e3})`] : []),
    // One after another: they are counted as they are made, and none is kept.
    ...(rows > 0 ? [`(SELECT count(*) FROM (SELECT generate_series(1, ${rows})) AS made)`] : []),
  ];
}

/**
 * A condition that always holds, and costs so much to find out inside PostgreSQL: as a query over more data than fits on a laptop
 * would. It depends on no row, so that it is asked once, before the first row is read.
 */
export function costing(cost: QueryCost): string {
  const conditions = costsOf(cost).map((expression) => `(SELECT ${expression}) IS NOT NULL`);
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}
