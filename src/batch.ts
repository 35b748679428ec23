import { compareTrials } from './analysis/comparison.ts';
import type { Looks } from './analysis/statistics/looks.ts';
import type { Match } from './match.ts';
import type { Comparison } from './result.ts';
import type { RunSession } from './run-session.ts';
import type { Sides } from './sides.ts';

/** Rounds that are run for one comparison, and what it is told of them. */
export interface Batch {
  /** The rounds of the plan before it. */
  readonly after: number;
  readonly looks: Looks;
  /** What is called no difference, as a share. */
  readonly smallest: number;
  /** Metrics that are compared besides those that always are. */
  readonly asked: readonly string[];
  /** Whether the numbers say enough, so that no more rounds are needed. */
  readonly isSettled: (comparison: Comparison) => boolean;
}

/** A comparison, and the last round that is in it. */
export interface BatchResult {
  readonly comparison: Comparison;
  readonly last: number;
}

/**
 * Runs rounds of both sides, each in its random order, until the numbers are settled, the looks are used up or the time is.
 * That time runs out depends on the clock alone, and so costs no look of its own.
 * @throws {LabError} where a trial cannot be run; the signal's reason where it is aborted
 */
export async function runBatch(session: RunSession, sides: Sides, match: Match, batch: Batch): Promise<BatchResult> {
  const { after, looks } = batch;
  const startMs = performance.now();
  const { plan, batchMs } = match;
  let roundMs = 0;
  let result: BatchResult | undefined;
  for (let round = 1; round <= (looks.rounds.at(-1) ?? 0); round++) {
    const roundStartMs = performance.now();
    if (round > 1 && roundStartMs + roundMs - startMs > batchMs) break;
    for (const trial of plan.trials.filter((candidate) => candidate.round === after + round)) {
      await session.measure(trial, () => sides.deploy(trial));
    }
    roundMs = performance.now() - roundStartMs;
    if (!looks.rounds.includes(round)) continue;
    result = look(session, match, batch, after + round);
    if (batch.isSettled(result.comparison)) return result;
  }
  const last = Math.max(...session.record.trials.map((trial) => trial.round));
  return result?.last === last ? result : look(session, match, batch, last);
}

function look(session: RunSession, match: Match, { after, looks, smallest, asked }: Batch, last: number): BatchResult {
  const { a, b, scenario, replicas } = match;
  const trials = session.record.trials.filter(({ round }) => round > after && round <= last);
  const [ofA, ofB] = [a, b].map((name) => trials.filter(({ variant }) => variant === name));
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
    },
    ofA ?? [],
    ofB ?? [],
  );
  session.lab.emit({ type: 'look', rounds: last - after, comparison });
  return { comparison, last };
}
