import type { Stopwatch } from '../timing/stopwatch.ts';

/** How many of the newest todos a summary has. */
export const NEWEST = 5;

/** What a user sees first: how many todos there are, and the ids of the newest. */
export interface Summary {
  readonly userId: number;
  readonly todos: number;
  readonly newest: readonly number[];
}

/** Reads the summary of a user; undefined where nothing is known of one. */
export type Summaries = (userId: number, stopwatch: Stopwatch) => Promise<Summary | undefined>;

/** What one knows, or the other: a projection that is made anew knows of some users, or of a part of what they
 * have, and not yet of others. */
export function orElse(one: Summaries, other: Summaries): Summaries {
  return async (userId, stopwatch) => (await one(userId, stopwatch)) ?? other(userId, stopwatch);
}
