import { confirmed, decisionOf, isDecided, isToBeConfirmed } from './analysis/gate/decision.ts';
import { askedBy, tolerancesFor, type GateSettings } from './analysis/gate/tolerances.ts';
import { judgeClaims, judgementsOf, type Judgement } from './analysis/gate/verdicts.ts';
import { planConfirmation } from './analysis/statistics/looks.ts';
import { runBatch, type BatchResult } from './batch.ts';
import type { Match } from './match.ts';
import { conduct, type Lab, type RunOutcome, type RunSession } from './run-session.ts';
import { judgingFailures } from './side-failure.ts';
import { Sides } from './sides.ts';

/** In so many runs at most in which nothing is worse, fresh rounds may confirm a failure all the same. */
const falseAlarms = 0.05;

/** What a gate is told besides what runs. */
export interface Gate extends GateSettings {
  /** What is called no difference in words, as a share. */
  readonly smallest: number;
}

/**
 * Judges B against A, both run now: rounds are added until every verdict is clear or the budget is spent. A failure is confirmed
 * by fresh rounds before it is one. These know nothing of the first: all that failed at first shares the false alarms that they
 * may give, however many metrics there are (docs/decisions/0020). A side whose server does not start, or dies, is a verdict.
 * @returns the run, with its comparisons and a verdict for each gated metric; none where it was interrupted
 * @throws {LabError} only where there is no folder for the results
 */
export async function gate(match: Match, settings: Gate, lab: Lab): Promise<RunOutcome> {
  const judgeSides = async (session: RunSession, sides: Sides): Promise<void> => {
    const startMs = performance.now();
    const endMs = startMs + match.roundsMs;
    const { smallest } = settings;
    const asked = askedBy(match.scenario.evidence, settings);
    const judge = (result: BatchResult, after: number): readonly Judgement[] =>
      judgementsIn(session, match, settings, result, after);
    const common = { endMs, smallest, asked };
    const first = await runBatch(session, sides, match, {
      ...common,
      after: 0,
      looks: match.looks,
      isSettled: (result) => isDecided(judge(result, 0)),
    });
    const judgements = judge(first, 0);
    const failed = judgements.filter(({ verdict }) => isToBeConfirmed(verdict));
    const roundMs = (performance.now() - startMs) / first.last;
    const left = Math.min(match.scenario.rounds - first.last, Math.floor((endMs - performance.now()) / roundMs));
    const looks = failed.length === 0 ? undefined : planConfirmation(first.last, left, 1 - falseAlarms / failed.length);
    if (looks === undefined) {
      conclude(session, [first], failed.length === 0 ? judgements : confirmed(judgements, []));
      return;
    }
    lab.emit({ type: 'remark', text: 'a failure is confirmed by fresh rounds' });
    const after = first.last;
    const fresh = await runBatch(session, sides, match, {
      ...common,
      after,
      looks,
      isSettled: (result) => areClear(judge(result, after), failed),
    });
    conclude(session, [first, fresh], confirmed(judgements, judge(fresh, after)));
  };
  return conduct(match.plan, lab, async (session) => {
    await using sides = await Sides.start(session, match);
    await judgingFailures(session, sides, match, () => judgeSides(session, sides));
  });
}

/** What is to be said of the rounds of a batch. */
function judgementsIn(
  { record }: RunSession,
  { scenario, claims, b }: Match,
  settings: Gate,
  { comparison, last }: BatchResult,
  after: number,
): readonly Judgement[] {
  const trials = record.trials.filter(({ round }) => round > after && round <= last);
  const ofB = trials.filter(({ variant }) => variant === b);
  return [
    ...judgementsOf(comparison, tolerancesFor(scenario.evidence, trials, settings), settings.tolerances.hangs),
    ...(comparison.dead === undefined ? judgeClaims(claims, scenario, b, ofB) : []),
  ];
}

/** Whether fresh rounds have an answer to all that failed at first. */
function areClear(fresh: readonly Judgement[], failed: readonly Judgement[]): boolean {
  return failed.every(({ verdict: { expectation } }) =>
    fresh.some(({ verdict }) => verdict.expectation === expectation && verdict.outcome !== 'inconclusive'),
  );
}

function conclude({ record }: RunSession, batches: readonly BatchResult[], judgements: readonly Judgement[]): void {
  const { verdicts, notJudged } = decisionOf(judgements);
  record.verdicts = [...verdicts];
  record.comparisons = batches.map(({ comparison }, index) =>
    index === batches.length - 1 ? { ...comparison, caveats: [...comparison.caveats, ...notJudged] } : comparison,
  );
}
