import { answerIn } from '../analysis/answer.ts';
import { scalingOf } from '../analysis/scaling-law/scaling.ts';
import { verdictsOf } from '../analysis/verdicts.ts';
import type { Plan } from '../model/plan.ts';
import { conduct, type Lab, type RunOutcome, type RunSession } from '../session/run-session.ts';

/**
 * Runs a plan: brings a stack up, puts each trial's load on it, takes everything down again, and judges the claims. The
 * record is saved after every trial, so that a run that is interrupted or broken off keeps what it measured.
 * @throws {LabError} only where there is no folder for the results
 */
export async function run(plan: Plan, lab: Lab): Promise<RunOutcome> {
  return conduct(plan, lab, async (session) => {
    await runTrials(session);
    // Only here: the trials that an interrupted run lacks might have changed the verdicts.
    session.record.verdicts = verdictsOf(plan.scenarios, session.record.trials);
    const scaling = scalingOf(plan.scenarios, session.record.trials);
    if (scaling.length > 0) session.record.scaling = scaling;
    for (const scenario of session.record.scenarios) scenario.answer = answerIn(session.record, scenario);
  });
}

async function runTrials(session: RunSession): Promise<void> {
  const { plan } = session;
  await using stack = await session.startStack(plan.trials);
  for (const trial of plan.trials) await session.measure(trial, () => session.deploy(stack, trial));
}
