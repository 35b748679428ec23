import { override, type Overrides } from './overrides.ts';
import type { Plan, Trial } from './plan.ts';
import { seedOf, shuffled } from './random.ts';
import { writes, type Data, type Scenario, type ScenarioFile } from './scenario.ts';
import { selectScenarios } from './select.ts';

/**
 * The plan for those names of scenarios and suites; without a name, for the suite `quickstart`.
 * @throws {UsageError} for a name or an override that does not fit
 */
export function planOf(file: ScenarioFile, names: readonly string[], overrides: Overrides, seed: number): Plan {
  const overridden = override(selectScenarios(file, names), overrides);
  const scenarios = overridden.map(({ scenario }) => scenario);
  const leftOut = overridden.flatMap(({ scenario, leftOut: texts }) =>
    texts.map((expectation) => ({ scenario: scenario.name, expectation })),
  );
  return { seed, scenarios, trials: numbered(scenarios.flatMap((scenario) => trialsOf(scenario, seed))), leftOut };
}

/** Round by round, so that what changes slowly on the machine meets all variants; within a round in a random order. */
function trialsOf(scenario: Scenario, planSeed: number): readonly Trial[] {
  const rounds = Array.from({ length: scenario.rounds }, (_, index) => index + 1);
  return rounds.flatMap((round) => {
    const seed = seedOf(planSeed, scenario.name, round);
    const trials = scenario.variants.flatMap((variant) =>
      scenario.replicas.map((replicas): Trial => {
        const topology = {
          app: variant.app,
          replicas,
          balancer: variant.balancer,
          limits: variant.limits,
          slowReplicaMs: variant.slowReplicaMs,
          data: scenario.data,
          freshData: false,
        };
        const { name, load, workload } = scenario;
        return { number: 0, scenario: name, variant: variant.name, replicas, round, topology, load, workload, seed };
      }),
    );
    return shuffled(trials, seedOf(seed, 'order'));
  });
}

/** Trials in their final order: only now it is known which one finds rows that another has changed. */
function numbered(trials: readonly Trial[]): readonly Trial[] {
  return trials.map((trial, index) => {
    const previous = trials[index - 1];
    const freshData =
      previous !== undefined && writes(previous.workload) && sameData(previous.topology.data, trial.topology.data);
    return { ...trial, number: index + 1, topology: { ...trial.topology, freshData } };
  });
}

function sameData(one: Data, other: Data): boolean {
  return one.users === other.users && one.todos === other.todos;
}
