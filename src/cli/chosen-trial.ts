import { UsageError } from '../model/errors.ts';
import type { Plan, Topology, Trial } from '../model/plan.ts';
import type { ScenarioFile } from '../model/scenario.ts';
import type { Io } from './io.ts';
import { loadScenarioFile } from './scenario-file.ts';

/** The options by which a command is told which trial of a scenario is meant. */
export interface TrialOptions {
  readonly file?: string;
  readonly variant?: string;
  readonly replicas?: number;
}

/** One trial, the system that it needs, and where it comes from. */
export interface ChosenTrial {
  readonly file: ScenarioFile;
  readonly plan: Plan;
  readonly trial: Trial;
  readonly system: Topology;
}

/**
 * Chooses one trial of a scenario: the first variant in the order of the file at the lowest replica count, unless told otherwise.
 * @throws {UsageError} where the name is no scenario's, or the system is one that runs already
 */
export async function chooseTrial(io: Io, name: string, options: TrialOptions): Promise<ChosenTrial> {
  const { planOf } = await import('../scenarios/planning/expand.ts');
  const file = await loadScenarioFile(io, options.file);
  if (file.suites.some((suite) => suite.name === name)) {
    const members = file.scenarios.map((scenario) => scenario.name).join(', ');
    throw new UsageError(`"${name}" is a suite; give one scenario.`, { hint: `There are: ${members}` });
  }
  const overrides = {
    variants: options.variant === undefined ? undefined : [options.variant],
    replicas: options.replicas === undefined ? undefined : [options.replicas],
  };
  const plan = planOf(file, [name], overrides, 0);
  const variant = plan.scenarios[0]?.variants[0]?.name;
  const [trial] = plan.trials
    .filter((candidate) => candidate.variant === variant)
    .sort((one, other) => one.replicas - other.replicas);
  if (!trial) throw new UsageError(`"${name}" has nothing to start.`);
  const { system } = trial;
  if (system.kind === 'url') {
    throw new UsageError(`"${name}", ${trial.variant}, runs already at ${system.url}: there is nothing to start.`);
  }
  if (system.kind !== 'app') {
    throw new UsageError(
      `"${name}", ${trial.variant}, is a server of your own: this command is for the reference app.`,
    );
  }
  return { file, plan, trial, system };
}
