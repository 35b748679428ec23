import { machineMismatches, scenarioMismatches } from '../analysis/comparison/baseline.ts';
import { compareTrials } from '../analysis/comparison/comparison.ts';
import { refuseDead } from '../analysis/comparison/dead-sides.ts';
import { confirmed, decisionOf, isToBeConfirmed } from '../analysis/gate/decision.ts';
import { askedBy, tolerancesFor } from '../analysis/gate/tolerances.ts';
import { judgementsOf, type Judgement } from '../analysis/gate/verdicts.ts';
import { warmupMsOf } from '../model/load-profile.ts';
import type { Plan } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Comparison, RunRecord, TrialRecord, Verdict } from '../record/run-record.ts';
import { conduct, type Lab, type RunOutcome, type RunSession } from '../session/run-session.ts';
import { SideFailure, verdictOn } from '../session/side-failure.ts';
import { measureSide } from '../session/sides.ts';
import type { Gate } from './gate.ts';

const confidence = 0.95;

/** The trials of one variant at one replica count. */
interface Row {
  readonly scenario: string;
  readonly variant: string;
  readonly replicas: number;
}

/** What is to be said of a row. */
interface JudgedRow {
  readonly comparison: Comparison;
  readonly judgements: readonly Judgement[];
}

/**
 * Judges what runs now against a saved run: the first half of the plan's rounds, and where one of them fails the second half as
 * well. Another kind of machine, or another experiment, gives no more than inconclusive verdicts, and nothing is run.
 * @param plan with an even number of rounds of each scenario
 * @param gateOf what is tolerated of a scenario of the plan
 * @returns the run, with its comparisons and verdicts; none where it was interrupted
 * @throws {LabError} only where there is no folder for the results
 */
export async function gateOnBaseline(
  plan: Plan,
  saved: RunRecord,
  gateOf: (scenario: Scenario) => Gate,
  lab: Lab,
): Promise<RunOutcome> {
  return conduct(plan, lab, async (session) => {
    const { record } = session;
    const reasons = mismatches(saved, record);
    if (reasons.length > 0) {
      record.verdicts = inconclusive(plan, saved, reasons);
      return;
    }
    await using stack = await session.startStack(plan.trials);
    const half = Math.max(...plan.trials.map(({ round }) => round)) / 2;
    const runRounds = async (after: number, last: number): Promise<readonly TrialRecord[]> => {
      for (const trial of plan.trials.filter(({ round }) => round > after && round <= last)) {
        await measureSide(session, 'B', trial, () => session.deploy(stack, trial));
      }
      return record.trials.filter(({ round }) => round > after);
    };
    const judge = (trials: readonly TrialRecord[], sure: number): readonly JudgedRow[] =>
      judgeRows(session, saved, trials, gateOf, sure);
    try {
      const first = judge(await runRounds(0, half), confidence);
      const all = first.flatMap(({ judgements }) => judgements);
      // The saved rounds are in both halves: what they have by chance, the second half confirms. So all that is judged shares the
      // false alarms, and not only what failed.
      const sure = 1 - (1 - confidence) / all.length;
      const fresh = all.some(isToBeConfirmed) ? judge(await runRounds(half, 2 * half), sure) : [];
      conclude(session, first, fresh);
    } catch (error) {
      if (!(error instanceof SideFailure)) throw error;
      await session.noteFailure(error, error.of);
      record.verdicts = [verdictOn(error)];
    }
  });
}

/** @param fresh of the rounds that confirm what failed in the first ones; empty where nothing did */
function conclude({ record }: RunSession, first: readonly JudgedRow[], fresh: readonly JudgedRow[]): void {
  const decisions = first.map(({ judgements, comparison }, place) => {
    const again = fresh[place];
    const decision = decisionOf(again ? confirmed(judgements, again.judgements, true) : judgements);
    return { ...decision, comparison: again?.comparison ?? comparison };
  });
  record.verdicts = decisions.flatMap(({ verdicts }) => verdicts);
  record.comparisons = (record.comparisons ?? []).map((comparison) => {
    const notJudged = decisions.find((decision) => decision.comparison === comparison)?.notJudged ?? [];
    return { ...comparison, caveats: [...comparison.caveats, ...notJudged] };
  });
}

function mismatches(saved: RunRecord, now: RunRecord): readonly string[] {
  const ofScenarios = now.scenarios.flatMap((scenario) => {
    const before = saved.scenarios.find(({ name }) => name === scenario.name);
    return before ? scenarioMismatches(before, scenario).map((reason) => `${scenario.name}: ${reason}`) : [];
  });
  return [...machineMismatches(saved, now), ...ofScenarios];
}

function rowsOf(plan: Plan): readonly Row[] {
  const first = plan.trials.filter(({ round }) => round === 1);
  return first.map(({ scenario, variant, replicas }) => ({ scenario, variant, replicas }));
}

function inconclusive(plan: Plan, saved: RunRecord, reasons: readonly string[]): Verdict[] {
  return rowsOf(plan).map(({ scenario, variant, replicas }) => ({
    scenario,
    expectation: `${variant} ×${replicas} is no worse than in run ${saved.id}`,
    outcome: 'inconclusive',
    reason: `the two cannot be compared: ${reasons.join('; ')}`,
  }));
}

/** Judges every row of the plan by its trials of now. */
function judgeRows(
  { plan, record }: RunSession,
  saved: RunRecord,
  trials: readonly TrialRecord[],
  gateOf: (scenario: Scenario) => Gate,
  sure: number,
): readonly JudgedRow[] {
  return rowsOf(plan).flatMap((row) => {
    const isOf = (trial: TrialRecord): boolean =>
      trial.scenario === row.scenario && trial.variant === row.variant && trial.replicas === row.replicas;
    const [before, now] = [saved.trials.filter(isOf), trials.filter(isOf)];
    const { scenario, variant, replicas } = row;
    const planned = plan.scenarios.find(({ name }) => name === scenario);
    if (!planned) return [];
    const { evidence } = planned;
    const gate = gateOf(planned);
    const { load = planned.load } = planned.variants.find(({ name }) => name === variant) ?? {};
    const comparison = compareTrials(
      {
        scenario,
        replicas,
        a: { name: 'baseline', variant, run: saved.id },
        b: { name: 'now', variant, run: record.id },
        paired: false,
        looks: 1,
        confidence: sure,
        smallest: gate.smallest,
        asked: askedBy(evidence, gate),
        warmupMs: warmupMsOf(load),
      },
      before,
      now,
    );
    record.comparisons = [...(record.comparisons ?? []), comparison];
    refuseDead(comparison);
    const tolerances = tolerancesFor(evidence, [...before, ...now], gate);
    return [{ comparison, judgements: judgementsOf(comparison, tolerances, gate.tolerances.hangs) }];
  });
}
