import { labVersion } from '../machine/package.ts';
import { workersOf, type Plan } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import { recordVersion, type RunRecord, type ScenarioRecord } from '../record/run-record.ts';
import { describeMachine } from '../record/this-machine.ts';
import { describeSharedLoad } from '../scenarios/words/load-words.ts';
import { describeData, describeRequest, describeSettings } from '../scenarios/words/words.ts';

function scenarioRecord(scenario: Scenario, plan: Plan): ScenarioRecord {
  const { name, question, prediction } = scenario;
  const lacking = (plan.lacking ?? []).filter((each) => each.scenario === name).map(({ text }) => text);
  return {
    name,
    question,
    ...(prediction === undefined ? {} : { prediction }),
    load: describeSharedLoad(scenario),
    workers: workersOf(plan, name),
    trust: { ...scenario.trust },
    workload: scenario.workload.requests.map((request) => describeRequest(request, scenario.workload)),
    data: describeData(scenario),
    variants: scenario.variants.map((variant) => ({ name: variant.name, settings: describeSettings(variant) })),
    replicas: [...scenario.replicas],
    rounds: scenario.rounds,
    evidence: [...scenario.evidence],
    leftOut: plan.leftOut.filter((left) => left.scenario === name).map((left) => left.expectation),
    ...(lacking.length > 0 && { lacking }),
  };
}

/** The record of a run of which nothing has been run yet. */
export function newRecord(
  plan: Plan,
  run: {
    readonly runId: string;
    readonly command: string;
    readonly startedAtMs: number;
    readonly platform: { readonly name: string };
  },
): RunRecord {
  return {
    version: recordVersion,
    id: run.runId,
    status: 'running',
    command: run.command,
    startedAt: new Date(run.startedAtMs).toISOString(),
    wallMs: 0,
    loadMs: 0,
    labVersion: labVersion(),
    seed: plan.seed,
    platform: run.platform.name,
    versions: {},
    machine: describeMachine(),
    plannedTrials: plan.trials.length,
    scenarios: plan.scenarios.map((scenario) => scenarioRecord(scenario, plan)),
    trials: [],
    verdicts: [],
  };
}
