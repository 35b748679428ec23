import {
  askedBy,
  confirmed,
  gateVerdicts,
  isToBeConfirmed,
  tolerancesFor,
  type GateSettings,
} from './analysis/gate.ts';
import { runBatch } from './batch.ts';
import type { Match } from './match.ts';
import type { Comparison, Verdict } from './result.ts';
import { conduct, type Lab, type RunOutcome, type RunSession } from './run-session.ts';
import { judgingFailures } from './side-failure.ts';
import { Sides } from './sides.ts';

/** Of the interval of a confirming batch. */
const confirmation = 0.95;

/** What a gate is told besides what runs. */
export interface Gate extends GateSettings {
  /** What is called no difference in words, as a share. */
  readonly smallest: number;
}

/**
 * Judges B against A, both run now: rounds are added until every verdict is clear or the time is up. A failure is confirmed by a
 * fresh batch of as many rounds before it is one. A side whose server does not start, or dies, is a verdict.
 * @returns the run, with its comparisons and a verdict for each gated metric; none where it was interrupted
 * @throws {LabError} only where there is no folder for the results
 */
export async function gate(match: Match, settings: Gate, lab: Lab): Promise<RunOutcome> {
  const judgeSides = async (session: RunSession, sides: Sides): Promise<void> => {
    const { evidence } = match.scenario;
    const { smallest } = settings;
    const asked = askedBy(evidence, settings);
    const judge = (comparison: Comparison, rounds: { readonly after: number; readonly last: number }): Verdict[] => {
      const trials = session.record.trials.filter(({ round }) => round > rounds.after && round <= rounds.last);
      return gateVerdicts(comparison, tolerancesFor(evidence, trials, settings));
    };
    const isClear = (verdicts: readonly Verdict[]): boolean =>
      verdicts.every(({ outcome }) => outcome !== 'inconclusive');
    const isSettled = (comparison: Comparison): boolean => isClear(judge(comparison, { after: 0, last: Infinity }));
    const first = await runBatch(session, sides, match, {
      after: 0,
      looks: match.looks,
      smallest,
      asked,
      isSettled,
    });
    const verdicts = judge(first.comparison, { after: 0, last: first.last });
    session.record.comparisons = [first.comparison];
    if (!verdicts.some(isToBeConfirmed)) {
      session.record.verdicts = verdicts;
      return;
    }
    lab.emit({ type: 'remark', text: 'a failure is confirmed by fresh rounds' });
    // One look, and both batches have to say so: it need not be paid for like those of the first.
    const looks = { rounds: [first.last], confidence: confirmation };
    const fresh = await runBatch(session, sides, match, {
      after: first.last,
      looks,
      smallest,
      asked,
      isSettled: () => false,
    });
    session.record.comparisons.push(fresh.comparison);
    session.record.verdicts = confirmed(verdicts, judge(fresh.comparison, { after: first.last, last: fresh.last }));
  };
  return conduct(match.plan, lab, async (session) => {
    await using sides = await Sides.start(session, match);
    await judgingFailures(session, sides, match, () => judgeSides(session, sides));
  });
}
