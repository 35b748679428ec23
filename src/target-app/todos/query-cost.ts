/**
 * A condition that always holds, and takes so long to find out inside PostgreSQL: as a query over more data than fits on a laptop
 * would. It depends on no row, so that it is asked once, before the first row is read.
 */
export function costing(ms: number): string {
  return ms > 0 ? `(SELECT pg_sleep(${ms / 1e3})) IS NOT NULL` : 'true';
}
