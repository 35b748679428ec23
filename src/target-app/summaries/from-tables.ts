import type { Database, Statement } from '../database/database.ts';
import { NEWEST, type Summaries, type Summary } from './summary.ts';

/** Summaries out of the tables that are written to: right at any moment, and counted anew for each reader. */
export function fromTables(database: Database): Summaries {
  return async (userId, stopwatch) => (await database.query(SUMMARY, [userId], stopwatch))[0];
}

const SUMMARY: Statement<Summary & Record<string, unknown>> = {
  name: 'summary-of-user',
  text: `SELECT user_id AS "userId", count(*)::int AS todos, (array_agg(id ORDER BY id DESC))[1:${NEWEST}] AS newest
         FROM todos WHERE user_id = $1 GROUP BY user_id`,
};
