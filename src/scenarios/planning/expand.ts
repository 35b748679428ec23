import type { ResolvedAct } from '../../model/acts.ts';
import type { Plan, Topology, Trial, TrialSystem } from '../../model/plan.ts';
import { seedOf, shuffled } from '../../model/random.ts';
import type { Scenario, ScenarioFile, Variant, Data } from '../../model/scenario.ts';
import { writes } from '../../model/workload.ts';
import { drawActs } from './draw-acts.ts';
import type { Overrides } from './override-checks.ts';
import { override } from './overrides.ts';
import { selectScenarios } from './select.ts';
import { checkStores } from './stores-check.ts';

/** What of the overrides is no part of a scenario. */
export type TrialSettings = Pick<Overrides, 'workers' | 'telemetry'>;

/**
 * The plan for those names of scenarios and suites; without a name, for the suite `quickstart`.
 * @throws {UsageError} for a name or an override that does not fit, or a store that is not the same everywhere
 */
export function planOf(file: ScenarioFile, names: readonly string[], overrides: Overrides, seed: number): Plan {
  const overridden = override(selectScenarios(file, names), overrides);
  const scenarios = overridden.map(({ scenario }) => scenario);
  const leftOut = overridden.flatMap(({ scenario, leftOut: texts }) =>
    texts.map((expectation) => ({ scenario: scenario.name, expectation })),
  );
  return { ...planOfScenarios(scenarios, overrides, seed), leftOut };
}

/**
 * The plan for scenarios to which nothing has to be changed any more.
 * @throws {UsageError} where a store is not the same in all of them
 */
export function planOfScenarios(scenarios: readonly Scenario[], settings: TrialSettings, seed: number): Plan {
  const trials = scenarios.flatMap((scenario) => trialsOf(scenario, seed, settings));
  checkStores(trials);
  return { seed, scenarios, trials: numbered(trials), leftOut: [] };
}

/** Round by round, so that what changes slowly on the machine meets all variants; within a round in a random order. */
function trialsOf(scenario: Scenario, planSeed: number, settings: TrialSettings): readonly Trial[] {
  const { workers = 1, telemetry = true } = settings;
  const rounds = Array.from({ length: scenario.rounds }, (_, index) => index + 1);
  return rounds.flatMap((round) => {
    const seed = seedOf(planSeed, scenario.name, round);
    const trials = scenario.variants.flatMap((variant) =>
      scenario.replicas.map((replicas): Trial => {
        const acts = actsFor(variant, replicas, seed);
        const system = { ...systemOf(variant, scenario, replicas, telemetry), ...(acts.length > 0 && { acts }) };
        const { name, workload, trust } = scenario;
        const load = variant.load ?? scenario.load;
        const place = { number: 0, scenario: name, variant: variant.name, replicas, round };
        return { ...place, system, load, workers, telemetry, trust, workload, seed };
      }),
    );
    return shuffled(trials, seedOf(seed, 'order'));
  });
}

/** Drawn from the seed of the round: all its variants lose the same copies. */
function actsFor({ system, acts = [] }: Variant, replicas: number, seed: number): readonly ResolvedAct[] {
  const { acts: drawn, faults } = drawActs(acts, system, replicas, seed);
  if (faults[0]) throw new Error(`an act cannot be done that was not refused: ${faults[0].sentence}`);
  return drawn;
}

function systemOf({ system }: Variant, { data }: Scenario, replicas: number, serverTiming: boolean): TrialSystem {
  switch (system.kind) {
    case 'app':
      return { ...system, replicas, data, freshData: false, serverTiming };
    case 'command':
    case 'image':
      return { ...system, replicas };
    case 'url':
      return system;
  }
}

/** Trials in their final order: only now it is known which one finds rows that another has changed. */
export function numbered(trials: readonly Trial[]): readonly Trial[] {
  return trials.map((trial, index) => {
    const { system } = trial;
    if (system.kind !== 'app') return { ...trial, number: index + 1 };
    return { ...trial, number: index + 1, system: { ...system, freshData: isStale(system, trials.slice(0, index)) } };
  });
}

/** Whether the last trial on the lab's own database wrote to the same data; one on a target leaves it as it was. */
function isStale(system: Topology, before: readonly Trial[]): boolean {
  const last = before.findLast((trial) => trial.system.kind === 'app');
  return last?.system.kind === 'app' && writes(last.workload) && sameData(last.system.data, system.data);
}

function sameData(one: Data, other: Data): boolean {
  return one.users === other.users && one.todos === other.todos;
}
