import type { ErrorLog } from '../log.ts';
import type { Inbox } from './inbox.ts';
import type { Way } from './way.ts';

/**
 * The app sends the mails itself, after its answer: nobody waits for them, and nobody else knows of them. Those that are under way when
 * the process dies are lost.
 */
export function inProcess(inbox: Inbox, errors: ErrorLog): Way {
  const underWay = new Set<Promise<void>>();

  return {
    hand(notification) {
      const taken: Promise<void> = inbox
        .take(notification)
        .then(() => undefined)
        .catch((error: unknown) => errors.report('sending a mail', error))
        .finally(() => underWay.delete(taken));
      underWay.add(taken);
      return Promise.resolve();
    },
    async close() {
      await Promise.all(underWay);
    },
  };
}
