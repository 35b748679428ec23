import type { Notification } from './notification.ts';

/** As many are remembered; whoever counts what was lost counts less than that. */
const REMEMBERED = 1_000_000;

/** A notification, and how often it came. */
export type Received = Notification & { readonly times: number };

/** What a notifier has received: it stands for the mails that it would send, one for each that is new. */
export interface Inbox {
  /** Takes a notification; false if it came before, in which case it is counted and nothing is sent again. */
  take(notification: Notification): boolean;
  byId(id: string): Received | undefined;
}

/** Creates an empty inbox, in memory. */
export function createInbox(): Inbox {
  const received = new Map<string, { readonly notification: Notification; times: number }>();

  return {
    take(notification) {
      const before = received.get(notification.id);
      if (before !== undefined) {
        before.times += 1;
        return false;
      }
      received.set(notification.id, { notification, times: 1 });
      const [oldest] = received.keys();
      if (received.size > REMEMBERED && oldest !== undefined) received.delete(oldest);
      return true;
    },
    byId(id) {
      const found = received.get(id);
      return found === undefined ? undefined : { ...found.notification, times: found.times };
    },
  };
}
