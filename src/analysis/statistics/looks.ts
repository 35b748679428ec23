import { leastDifferences } from './signed-rank.ts';

/** When the numbers of a comparison that goes on are looked at, and what each look must then be held to. */
export interface Looks {
  /** After so many rounds; ascending, never empty. */
  readonly rounds: readonly number[];
  /** Of the interval at each look. */
  readonly confidence: number;
}

/** Each half as many again: the numbers say something new. */
const schedule = [8, 12, 18, 27, 40, 60];

/** A last look that comes a little after the one before it costs more than it brings. */
const worthALook = 1.2;

/** With fewer rounds nothing can be told from chance. */
export const leastRounds = leastDifferences(0.95);

/**
 * Plans the looks before anything is measured. Who looks several times and stops when it suits has several chances to be
 * wrong; each of n looks is therefore held to 1 − (1 − confidence) / n, so that with the confidence that was asked for none of them
 * misleads (Bonferroni; the looks depend on each other, which makes it safer still).
 * @param mostRounds what there is time for
 * @returns undefined where there is time for fewer rounds than any answer takes
 */
export function planLooks(mostRounds: number, confidence = 0.95): Looks | undefined {
  if (mostRounds < leastDifferences(confidence)) return undefined;
  const planned = schedule.filter((rounds) => rounds <= mostRounds);
  const last = planned.at(-1) ?? 0;
  const isWorth = mostRounds >= last * worthALook && planned.length < schedule.length;
  const rounds = isWorth ? [...planned, mostRounds] : planned;
  return { rounds, confidence: 1 - (1 - confidence) / rounds.length };
}

/**
 * Plans the looks at fresh rounds that are to confirm what others have shown: after as many rounds as those took, or as an answer
 * takes if that is more, and when the time is up.
 * @returns undefined where there is no time for an answer
 */
export function planConfirmation(rounds: number, mostRounds: number, confidence: number): Looks | undefined {
  const each = 1 - (1 - confidence) / 2;
  const early = Math.max(rounds, leastDifferences(each));
  if (mostRounds >= early * worthALook) return { rounds: [early, mostRounds], confidence: each };
  return mostRounds < leastDifferences(confidence) ? undefined : { rounds: [mostRounds], confidence };
}
