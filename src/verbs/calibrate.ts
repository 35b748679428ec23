import { deathText } from '../analysis/comparison/dead-sides.ts';
import { LabError } from '../model/errors.ts';
import { runBatch } from '../session/batch.ts';
import type { Match } from '../session/match.ts';
import { conduct, type Lab, type RunOutcome } from '../session/run-session.ts';
import { Sides } from '../session/sides.ts';

/**
 * Sets a system against itself for as long as the budget allows: whatever differs is noise.
 * @param match of two variants that are the same in all but name
 * @returns the run, with the comparison in its record
 * @throws {LabError} only where there is no folder for the results
 */
export async function calibrate(match: Match, smallest: number, lab: Lab): Promise<RunOutcome> {
  return conduct(match.plan, lab, async (session) => {
    await using sides = await Sides.start(session, match);
    const { looks, scenario, roundsMs } = match;
    const endMs = performance.now() + roundsMs;
    const batch = { after: 0, looks, endMs, smallest, asked: scenario.evidence, isSettled: () => false };
    const { comparison } = await runBatch(session, sides, match, batch);
    session.record.comparisons = [comparison];
    const death = deathText(comparison);
    if (death !== undefined) throw new LabError(`There is no noise to measure: ${death}.`);
  });
}
