import type { Notification } from './notification.ts';

/** How long whoever takes a notification may take to say so. Requests wait for it, so it is short. */
export const TAKEN_WITHIN_MS = 1000;

/** A way for notifications from the app to those who send mails. */
export interface Way {
  /** Hands one on, and waits until whoever took it has said so. Fails where that is not known. */
  hand(notification: Notification): Promise<void>;
  /** Lets go of everything, once all that was taken here is done with. */
  close(): Promise<void>;
}
