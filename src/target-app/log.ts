import { pino, type DestinationStream, type Logger } from 'pino';

import { describe } from './errors.ts';

const SAME_ERROR_EVERY_MS = 1000;
const DIFFERENT_ERRORS = 100;

/** A place for errors that nobody is there to catch, quiet in a storm of them. */
export interface ErrorLog {
  /** Logs an error; the same error again only once a second, with a count. */
  report(doing: string, error: unknown): void;
  /** Writes the counts that are still held back. */
  flush(): void;
}

/** JSON lines, written at once: what was logged before an exit is not lost. Standard output unless told otherwise. */
export function createLog(level: string, replica: string, output?: DestinationStream): Logger {
  const options = { level, base: { replica, pid: process.pid } };
  return output === undefined ? pino(options) : pino(options, output);
}

/** Puts a limit on how often `log` is told of the same error. */
export function createErrorLog(log: Logger): ErrorLog {
  const heldBack = new Map<string, { doing: string; error: unknown; count: number; timer: NodeJS.Timeout }>();

  const release = (kind: string): void => {
    const held = heldBack.get(kind);
    if (held === undefined) return;
    if (held.count === 0) {
      heldBack.delete(kind); // a quiet second: the next one is news again
      return;
    }
    log.error({ err: held.error, count: held.count }, held.doing);
    held.count = 0;
    held.timer.refresh();
  };

  return {
    report(doing, error) {
      // Messages may hold ids: past a hundred different ones they share one entry, so that the map stays small.
      const exact = `${doing}: ${describe(error)}`;
      const kind = heldBack.has(exact) || heldBack.size < DIFFERENT_ERRORS ? exact : doing;
      const held = heldBack.get(kind);
      if (held === undefined) {
        log.error({ err: error }, doing);
        heldBack.set(kind, { doing, error, count: 0, timer: setTimeout(release, SAME_ERROR_EVERY_MS, kind).unref() });
      } else {
        held.count += 1;
        held.error = error;
      }
    },
    flush() {
      for (const [kind, { timer }] of [...heldBack]) {
        clearTimeout(timer);
        release(kind);
        heldBack.delete(kind);
      }
    },
  };
}
