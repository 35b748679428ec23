import type { Database, Statement } from '../database/database.ts';
import { NEWEST, type Summaries, type Summary } from './summary.ts';

/** Summaries out of the tables that are written to: right at any moment, and counted anew for each reader. */
export function fromTables(database: Database): Summaries {
  return async (userId, stopwatch) => (await database.query(SUMMARY, [userId], stopwatch))[0];
}

const SUMMARY: Statement<Summary & Record<string, unknown>> = {
  name: 'summary-of-user',
  text: `SELECT users.id AS "userId", count(todos.id)::int AS todos,
                coalesce((array_agg(todos.id ORDER BY todos.id DESC) FILTER (WHERE todos.id IS NOT NULL))[1:${NEWEST}], '{}') AS newest
         FROM users LEFT JOIN todos ON todos.user_id = users.id WHERE users.id = $1 GROUP BY users.id`,
};
