/** How many writes of a key are remembered: a read that was overtaken by more of them is held against nothing. */
const REMEMBERED = 100;

/** What writers were told, so that it can be counted which answers to readers are older than that. */
export interface Freshness {
  /** At this moment a writer is told that `key` has `version`. */
  told(key: number, version: number, atMs: number): void;
  /** Whether a writer was told of a newer version than this one before a reader asked, at `askedAtMs`. */
  isStale(key: number, version: number, askedAtMs: number): boolean;
}

/**
 * Keeps in mind what the writers of this process were told. What those of other processes were told it does not know, so that with
 * several of them there are more stale answers than are found. A read that a write overtakes may have either version: neither is stale.
 */
export function createFreshness(): Freshness {
  const newest = new Map<number, { readonly version: number; readonly atMs: number }[]>();

  return {
    told(key, version, atMs) {
      const told = newest.get(key) ?? [];
      // Of two writers the one who was first may be told last.
      told.push({ version: Math.max(version, told.at(-1)?.version ?? 0), atMs });
      if (told.length > REMEMBERED) told.shift();
      newest.set(key, told);
    },
    isStale(key, version, askedAtMs) {
      const before = newest.get(key)?.findLast(({ atMs }) => atMs < askedAtMs);
      return before !== undefined && version < before.version;
    },
  };
}
