import type { Stopwatch } from '../timing/stopwatch.ts';
import type { Values } from './store.ts';

/** Computes the value anew, or finds that there is none. The time goes on the stopwatch of the request that waits for it. */
export type Recompute = (stopwatch: Stopwatch) => Promise<string | undefined>;

/** One way of answering reads with the help of the cache. */
export interface CacheStrategy {
  /**
   * The value of `key`: from the cache if the strategy finds that good enough, else from `recompute`.
   * Each read counts one hit or one miss. What does not exist (undefined) is never cached: it may exist soon, nothing
   * would invalidate it then, and keys that somebody makes up would fill the cache.
   */
  read(key: string, recompute: Recompute, stopwatch: Stopwatch): Promise<string | undefined>;
  /** Keeps a value that somebody has at hand: who has just computed it, or written it. */
  keep(key: string, text: string, stopwatch: Stopwatch): Promise<void>;
}

/** What a strategy counts. */
export interface Tally {
  hit(): void;
  miss(): void;
  stale(): void;
}

/** What strategies are made of. */
export interface CacheTools {
  readonly store: Values;
  readonly tally: Tally;
  /** How long the next value lives, jitter included. */
  readonly lifetimeMs: () => number;
  readonly lockTimeoutMs: number;
  readonly xfetchBeta: number;
  /** Lets work go on that no answer waits for. */
  readonly background: (doing: string, work: Promise<unknown>) => void;
  /** The time of day, which all replicas share, more or less: for expiries. */
  readonly wallClockMs: () => number;
  /** Never set back or forward: for durations. */
  readonly monotonicMs: () => number;
  /** Uniform on [0, 1). */
  readonly random: () => number;
}
