import type { Monitor } from '../database/monitor.ts';

/** What has become of notifications since the data were laid, todo by todo and id by id: whoever was killed meanwhile, this stays. */
export interface Tally {
  /** Todos without a mail: it is under way, or lost. */
  readonly outstanding: number;
  /** Mails about todos that there are not. */
  readonly orphaned: number;
  /** Mails beyond the first of a notification. */
  readonly twice: number;
  /** Notifications that came again, and were dropped by the inbox in a table. */
  readonly repeated: number;
}

/** Counts. @param fromId the first todo of which users are to hear */
export async function readTally(monitor: Monitor, fromId: number): Promise<Tally> {
  const text = `
    SELECT (SELECT count(*)::int FROM todos
              WHERE id >= ${fromId} AND NOT EXISTS (SELECT FROM mails WHERE todo_id = todos.id)) AS outstanding,
           (SELECT count(*)::int FROM mails
              WHERE NOT EXISTS (SELECT FROM todos WHERE id = todo_id AND id >= ${fromId})) AS orphaned,
           (SELECT (count(*) - count(DISTINCT notification_id))::int FROM mails) AS twice,
           (SELECT coalesce(sum(times - 1), 0)::int FROM notifications) AS repeated`;
  const [tally] = await monitor.query<Tally & Record<string, number>>({ text });
  if (tally === undefined) throw new Error('no tally of notifications');
  return tally;
}
