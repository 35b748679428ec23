import type { Monitor } from '../database/monitor.ts';
import type { Projection } from './projection.ts';

/** How a projection differs from the tables that its events tell of, user by user. */
export interface Difference {
  /** Todos that it does not have yet. */
  readonly missing: number;
  /** Todos that it has counted beyond those that there are. */
  readonly extra: number;
}

/** Compares. The tables first: what is created meanwhile is never taken for counted twice, if the projection is told of it in time. */
export async function compare(monitor: Monitor, projection: Projection): Promise<Difference> {
  const before = await todosByUser(monitor);
  const projected = await projection.countsOf([...before.keys()]);
  const after = await todosByUser(monitor);
  const differences = [...before].map(([userId, todos], index) => {
    const count = projected[index] ?? 0;
    return { missing: Math.max(0, todos - count), extra: Math.max(0, count - (after.get(userId) ?? todos)) };
  });
  const sum = (of: (difference: Difference) => number): number => differences.reduce((all, each) => all + of(each), 0);
  return { missing: sum(({ missing }) => missing), extra: sum(({ extra }) => extra) };
}

async function todosByUser(monitor: Monitor): Promise<ReadonlyMap<number, number>> {
  const text = 'SELECT user_id AS "userId", count(*)::int AS todos FROM todos GROUP BY user_id';
  const rows = await monitor.query<{ userId: number; todos: number }>({ text });
  return new Map(rows.map(({ userId, todos }) => [userId, todos]));
}
