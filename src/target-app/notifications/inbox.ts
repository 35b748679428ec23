import { setTimeout as pause } from 'node:timers/promises';

import type { QueryResultRow } from 'pg';

import type { Statement } from '../database/database.ts';
import type { NotifierSettings } from '../settings.ts';
import type { Notification } from './notification.ts';

/** As many are remembered; whoever counts what was lost counts less than that. */
const REMEMBERED = 1_000_000;

/** A notification, and how often it came. */
export type Received = Notification & { readonly times: number };

/** What has come, each notification once: a mail goes out for each that is new. */
export interface Inbox {
  /**
   * Takes a notification, and waits until the mail server has said that its mail is out. False if it had come before: it is counted, and
   * nothing is sent again. Fails where that is not known: whoever told it should tell it again.
   */
  take(notification: Notification): Promise<boolean>;
  byId(id: string): Promise<Received | undefined>;
}

/** Runs a statement, over whichever connection. */
export type Query = <Row extends QueryResultRow>(
  statement: Statement<Row>,
  values: readonly unknown[],
) => Promise<Row[]>;

type InboxSettings = Pick<NotifierSettings, 'NOTIFICATIONS_INBOX' | 'NOTIFICATIONS_MAIL_TIME_MS'>;

/**
 * Creates an inbox, with its mail server: a table of mails and a wait. Half of that passes before a mail is there, and half until the sender knows.
 * @param query undefined where there is no database: then mails go nowhere
 */
export function createInbox(settings: InboxSettings, query: Query | undefined): Inbox {
  const halfMs = settings.NOTIFICATIONS_MAIL_TIME_MS / 2;
  const roundTrip: RoundTrip = async (there) => {
    if (halfMs > 0) await pause(halfMs);
    const result = await there();
    if (halfMs > 0) await pause(halfMs);
    return result;
  };
  return settings.NOTIFICATIONS_INBOX === 'table' && query ? inTable(roundTrip, query) : inMemory(roundTrip, query);
}

/** Something that is done at the mail server, and the way there and back. */
type RoundTrip = <Result>(there: () => Promise<Result>) => Promise<Result>;

/** Remembers until the process ends. Who takes its place begins with nothing, and sends again what comes again. */
function inMemory(roundTrip: RoundTrip, query: Query | undefined): Inbox {
  const received = new Map<string, { readonly notification: Notification; times: number }>();
  const send = async ({ id, todoId }: Notification): Promise<void> => {
    await query?.(SEND, [id, todoId]);
  };

  return {
    async take(notification) {
      const before = received.get(notification.id);
      if (before !== undefined) {
        before.times += 1;
        return false;
      }
      received.set(notification.id, { notification, times: 1 });
      const [oldest] = received.keys();
      if (received.size > REMEMBERED && oldest !== undefined) received.delete(oldest);
      try {
        await roundTrip(() => send(notification));
      } catch (error) {
        received.delete(notification.id);
        throw error;
      }
      return true;
    },
    byId(id) {
      const found = received.get(id);
      return Promise.resolve(found && { ...found.notification, times: found.times });
    },
  };
}

/** Remembers in the transaction that sends: either both are done or none, whoever dies in between. */
function inTable(roundTrip: RoundTrip, query: Query): Inbox {
  return {
    async take({ id, todoId, userId, text }) {
      const [taken] = await roundTrip(() => query(TAKE, [id, todoId, userId, text]));
      return taken?.times === 1;
    },
    async byId(id) {
      return (await query(BY_ID, [id]))[0];
    },
  };
}

const SEND: Statement<never> = {
  name: 'mail-send',
  text: 'INSERT INTO mails (notification_id, todo_id) VALUES ($1, $2)',
};

const TAKE: Statement<Pick<Received, 'times'>> = {
  name: 'notification-take',
  text: `WITH taken AS (
           INSERT INTO notifications (id, todo_id, user_id, body) VALUES ($1, $2, $3, $4)
           ON CONFLICT (id) DO UPDATE SET times = notifications.times + 1
           RETURNING id, todo_id, times),
         sent AS (INSERT INTO mails (notification_id, todo_id) SELECT id, todo_id FROM taken WHERE times = 1)
         SELECT times FROM taken`,
};

const BY_ID: Statement<Received> = {
  name: 'notification-by-id',
  text: `SELECT id, todo_id AS "todoId", user_id AS "userId", body AS text, times FROM notifications WHERE id = $1`,
};
