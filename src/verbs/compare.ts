import { isSettled } from '../analysis/comparison/comparison.ts';
import { runBatch, type BatchResult } from '../session/batch.ts';
import type { Match } from '../session/match.ts';
import { conduct, type Lab, type RunOutcome } from '../session/run-session.ts';
import { Sides } from '../session/sides.ts';

/** The metrics that a comparison goes on for, as long as the budget lasts. */
export const comparedFirst = ['rps', 'p50', 'p95', 'p99'] as const;

/**
 * Sets two sides against each other, round by round, until it is known how they differ or the budget is spent.
 * @returns the run, with its comparison in the record
 * @throws {LabError} only where there is no folder for the results
 */
export async function compare(match: Match, smallest: number, lab: Lab): Promise<RunOutcome> {
  return conduct(match.plan, lab, async (session) => {
    await using sides = await Sides.start(session, match);
    const { looks, scenario, roundsMs } = match;
    const endMs = performance.now() + roundsMs;
    const batch = {
      after: 0,
      looks,
      endMs,
      smallest,
      asked: scenario.evidence,
      isSettled: ({ comparison: so }: BatchResult) => isSettled(so, comparedFirst),
    };
    const { comparison } = await runBatch(session, sides, match, batch);
    session.record.comparisons = [comparison];
  });
}
