import type { Stopwatch } from '../timing/stopwatch.ts';
import { versionIn } from '../todos/todo.ts';
import type { Store } from './store.ts';

/** Counts how many answers are stale: older than a write of which its writer had been told before they were asked for. */
export interface Check {
  /** Reads with `read`, and holds what comes of it against what writers of the key were told before. */
  read(key: string, read: () => Promise<string | undefined>, stopwatch: Stopwatch): Promise<string | undefined>;
  /** To be called when all of a write is done but its answer, with the value that it left. */
  written(key: string, text: string | undefined, stopwatch: Stopwatch): Promise<void>;
}

/** What a check counts. */
export interface CheckTally {
  checked(): void;
  stale(): void;
}

/** For an app that checks nothing. */
export const UNCHECKED: Check = { read: (_, read) => read(), written: () => Promise.resolve() };

/**
 * Keeps in Redis, beside the cache, the highest version of each key that a writer was told, so that all replicas know it. It is
 * asked for before the value is: an answer of a lower version is older than a write that was over when its reader came.
 *
 * What it does not see: a write whose replica dies before it is noted, a deletion, and all writes before Redis was flushed, of
 * which it counts none. It takes a write for acknowledged a moment early: what lies between is the way of its answer to the writer.
 *
 * @param share of the reads that are checked, by lot: each of them asks Redis once more
 */
export function createCheck(store: Store, share: number, random: () => number, tally: CheckTally): Check {
  const noteOf = (key: string) => `written:${key}`;

  return {
    async read(key, read, stopwatch) {
      if (random() >= share) return read();
      const told = Number((await store.get(noteOf(key), stopwatch)) ?? 0);
      const text = await read();
      if (text === undefined) return undefined;
      tally.checked();
      if (versionIn(text) < told) tally.stale();
      return text;
    },
    async written(key, text, stopwatch) {
      if (text !== undefined) await store.raise(noteOf(key), versionIn(text), stopwatch);
    },
  };
}
