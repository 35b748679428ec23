import { compareTrials } from '../analysis/comparison/comparison.ts';
import { deadSidesOf, refuseDead, roundsToBeDead } from '../analysis/comparison/dead-sides.ts';
import { leastRounds, type Looks } from '../analysis/statistics/looks.ts';
import { warmupMsOf } from '../model/load-profile.ts';
import { loadsOf } from '../model/scenario.ts';
import type { Comparison, TrialRecord } from '../record/run-record.ts';
import type { Match } from './match.ts';
import type { RunSession } from './run-session.ts';
import { measureSide, type Sides } from './sides.ts';

/** Rounds that are run for one comparison, and what it is told of them. */
export interface Batch {
  /** The rounds of the plan before it. */
  readonly after: number;
  readonly looks: Looks;
  /** When the last round has to be over, on the clock of `performance.now()`. */
  readonly endMs: number;
  /** What is called no difference, as a share. */
  readonly smallest: number;
  /** Metrics that are compared besides those that always are. */
  readonly asked: readonly string[];
  /** Whether the numbers say enough, so that no more rounds are needed. */
  readonly isSettled: (result: BatchResult) => boolean;
  /** Asked when there is just time for fresh rounds that say something: whether the numbers give reason to run those instead. */
  readonly givesWay?: (result: BatchResult) => boolean;
}

/** A comparison, and the last round that is in it. */
export interface BatchResult {
  readonly comparison: Comparison;
  readonly last: number;
  /** Whether it has made way for fresh rounds: it says only what is to be looked for in them. */
  readonly hasGivenWay?: true;
}

/**
 * Runs rounds of both sides, each in its random order, until the numbers are settled, the looks are used up or the time is; or
 * until one side is dead. That time runs out depends on the clock alone, and so costs no look of its own; nor does it to see
 * that there are no right answers, nor where fresh rounds are to say everything that the gate says.
 * @throws {SideFailure} where the server of a side does not start, or dies
 * @throws {LabError} where a trial cannot be run, or neither side gives a right answer; the signal's reason where it is aborted
 */
export async function runBatch(session: RunSession, sides: Sides, match: Match, batch: Batch): Promise<BatchResult> {
  const { after, looks, endMs } = batch;
  const startMs = performance.now();
  let roundMs = 0;
  let result: BatchResult | undefined;
  for (let round = 1; round <= (looks.rounds.at(-1) ?? 0); round++) {
    const roundStartMs = performance.now();
    if (round > 1 && roundStartMs + roundMs > endMs) break;
    for (const trial of match.plan.trials.filter((candidate) => candidate.round === after + round)) {
      const side = trial.variant === match.a ? 'A' : 'B';
      await measureSide(session, side, trial, () => sides.deploy(trial));
    }
    roundMs = performance.now() - roundStartMs;
    const isDead =
      round >= roundsToBeDead && deadSidesOf(...sidesIn(session, match, batch, after + round)) !== undefined;
    if (isDead) return look(session, match, batch, after + round);
    if (looks.rounds.includes(round)) {
      result = look(session, match, batch, after + round);
      if (batch.isSettled(result)) return result;
    }
    const nowMs = performance.now();
    const inTime = Math.floor((endMs - nowMs) / ((nowMs - startMs) / round));
    const roundsLeft = Math.min(inTime, match.scenario.rounds - after - round);
    if (batch.givesWay && roundsLeft >= leastRounds && roundsLeft < leastRounds + 2) {
      const soFar = compareSides(session, match, batch, after + round);
      if (batch.givesWay(soFar)) return { ...soFar, hasGivenWay: true };
    }
  }
  const last = Math.max(...session.record.trials.map((trial) => trial.round));
  return result?.last === last ? result : look(session, match, batch, last);
}

/** What was measured of either side in a batch, up to a round. */
function sidesIn(
  { record }: RunSession,
  { a, b }: Match,
  { after }: Batch,
  last: number,
): readonly [readonly TrialRecord[], readonly TrialRecord[]] {
  const trials = record.trials.filter(({ round }) => round > after && round <= last);
  const of = (name: string): readonly TrialRecord[] => trials.filter(({ variant }) => variant === name);
  return [of(a), of(b)];
}

/** Compares the sides, and tells. */
function look(session: RunSession, match: Match, batch: Batch, last: number): BatchResult {
  const result = compareSides(session, match, batch, last);
  refuseDead(result.comparison);
  session.lab.emit({ type: 'look', rounds: last - batch.after, comparison: result.comparison });
  return result;
}

function compareSides(session: RunSession, match: Match, batch: Batch, last: number): BatchResult {
  const { a, b, scenario, replicas } = match;
  const { looks, smallest, asked } = batch;
  const comparison = compareTrials(
    {
      scenario: scenario.name,
      replicas,
      a: { name: a, variant: a },
      b: { name: b, variant: b },
      paired: true,
      looks: looks.rounds.length,
      confidence: looks.confidence,
      smallest,
      asked,
      warmupMs: Math.min(...loadsOf(scenario).map(warmupMsOf)),
    },
    ...sidesIn(session, match, batch, last),
  );
  return { comparison, last };
}
