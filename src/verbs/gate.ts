import { confirmed, decisionOf, isDecided, isSuspect, suspected, toBeConfirmed } from '../analysis/gate/decision.ts';
import { askedBy, thinTails, tolerancesFor, type GateSettings, type Tolerance } from '../analysis/gate/tolerances.ts';
import { judgeClaims, judgementsOf, type Judgement } from '../analysis/gate/verdicts.ts';
import { planConfirmation } from '../analysis/statistics/looks.ts';
import type { TrialRecord } from '../record/run-record.ts';
import { runBatch, type BatchResult } from '../session/batch.ts';
import type { Match } from '../session/match.ts';
import { conduct, type Lab, type RunOutcome, type RunSession } from '../session/run-session.ts';
import { judgingFailures, Sides } from '../session/sides.ts';

/** In so many runs at most in which nothing is worse, fresh rounds may confirm a failure all the same. */
const falseAlarms = 0.05;

/** What a gate is told besides what runs. */
export interface Gate extends GateSettings {
  /** What is called no difference in words, as a share. */
  readonly smallest: number;
}

/**
 * Judges B against A, both run now: rounds are added until every verdict is clear or the budget is spent. A failure is confirmed
 * by fresh rounds before it is one. These know nothing of the first: however many metrics there are, they give no more false
 * alarms than one of them would (docs/decisions/0020). A side whose server does not start, or dies, is a verdict.
 * @returns the run, with its comparisons and a verdict for each gated metric; none where it was interrupted
 * @throws {LabError} only where there is no folder for the results
 */
export async function gate(match: Match, settings: Gate, lab: Lab): Promise<RunOutcome> {
  return conduct(match.plan, lab, async (session) => {
    await using sides = await Sides.start(session, match);
    await judgingFailures(session, sides, match, () => judgeSides(session, sides, match, settings));
  });
}

async function judgeSides(session: RunSession, sides: Sides, match: Match, settings: Gate): Promise<void> {
  const startMs = performance.now();
  const endMs = startMs + match.roundsMs;
  const { evidence, rounds } = match.scenario;
  const common = { endMs, smallest: settings.smallest, asked: askedBy(evidence, settings) };
  const trialsIn = ({ last }: BatchResult, after = 0): readonly TrialRecord[] =>
    session.record.trials.filter(({ round }) => round > after && round <= last);
  const judgeFirst = (result: BatchResult): readonly Judgement[] => {
    const trials = trialsIn(result);
    return judged(match, settings, result, trials, tolerancesFor(evidence, trials, settings));
  };
  const first = await runBatch(session, sides, match, {
    ...common,
    after: 0,
    looks: match.looks,
    isSettled: (result) => isDecided(judgeFirst(result)),
    givesWay: (result) => judgeFirst(result).some(isSuspect),
  });
  const found = judgeFirst(first);
  const judgements = first.hasGivenWay ? suspected(found) : found;
  const tails = thinTails(trialsIn(first), settings);
  const failed = toBeConfirmed(judgements);
  const roundMs = (performance.now() - startMs) / first.last;
  const left = Math.min(rounds - first.last, Math.floor((endMs - performance.now()) / roundMs));
  const looks = failed.length === 0 ? undefined : planConfirmation(first.last, left, 1 - falseAlarms);
  if (looks === undefined) {
    conclude(session, [first], confirmed(found, []), tails);
    return;
  }
  session.lab.emit({ type: 'remark', text: 'a failure is confirmed by fresh rounds' });
  const after = first.last;
  // What is judged is what was judged at first, however many answers the fresh rounds have.
  const tolerances = tolerancesFor(evidence, trialsIn(first), settings);
  const judgeFresh = (result: BatchResult): readonly Judgement[] =>
    judged(match, settings, result, trialsIn(result, after), tolerances);
  const fresh = await runBatch(session, sides, match, {
    ...common,
    after,
    looks,
    isSettled: (result) => areClear(judgeFresh(result), failed),
  });
  conclude(session, [first, fresh], confirmed(judgements, judgeFresh(fresh)), tails);
}

/** What is to be said of the rounds of a batch, whose trials these are. */
function judged(
  { scenario, claims, b }: Match,
  settings: Gate,
  { comparison }: BatchResult,
  trials: readonly TrialRecord[],
  tolerances: readonly Tolerance[],
): readonly Judgement[] {
  const ofB = trials.filter(({ variant }) => variant === b);
  return [
    ...judgementsOf(comparison, tolerances, settings.tolerances.hangs),
    ...(comparison.dead === undefined ? judgeClaims(claims, scenario, b, ofB) : []),
  ];
}

/** Whether fresh rounds have an answer to all that failed at first. */
function areClear(fresh: readonly Judgement[], failed: readonly Judgement[]): boolean {
  return failed.every(({ verdict: { expectation } }) =>
    fresh.some(({ verdict }) => verdict.expectation === expectation && verdict.outcome !== 'inconclusive'),
  );
}

/** @param tails what is said of those that are not judged for want of answers */
function conclude(
  { record }: RunSession,
  batches: readonly BatchResult[],
  judgements: readonly Judgement[],
  tails: readonly string[],
): void {
  const { verdicts, notJudged } = decisionOf(judgements);
  record.verdicts = [...verdicts];
  record.comparisons = batches.map(({ comparison }, index) => {
    const isLast = index === batches.length - 1;
    return isLast ? { ...comparison, caveats: [...comparison.caveats, ...notJudged, ...tails] } : comparison;
  });
}
