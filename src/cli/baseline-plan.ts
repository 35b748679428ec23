import { roundsOf } from '../analysis/comparison/baseline.ts';
import { UsageError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { runsAlready, type ScenarioFile } from '../model/scenario.ts';
import type { RunRecord } from '../record/run-record.ts';
import { planOfScenarios } from '../scenarios/planning/expand.ts';
import type { Overrides } from '../scenarios/planning/override-checks.ts';
import { override } from '../scenarios/planning/overrides.ts';
import { checkPlan } from './check-plan.ts';
import type { Io } from './io.ts';
import { matchOverrides, type MatchOptions, type Ready } from './match.ts';
import { openPlatform } from './platform.ts';
import { loadScenarioFile } from './scenario-file.ts';

/** With fewer rounds on each side no interval says anything at 95%. */
const leastRounds = 4;

/** Trials that can be judged against a saved run. */
export interface BaselinePlan extends Ready {
  readonly plan: Plan;
}

/**
 * Plans what a saved run has measured anew: twice its rounds, of which the second half is for a failure that is to be confirmed.
 * @throws {UsageError} where the saved run cannot be judged against, or the file has nothing of it any more
 */
export async function baselinePlan(
  io: Io,
  names: readonly string[],
  saved: RunRecord,
  options: MatchOptions,
): Promise<BaselinePlan> {
  if (saved.status !== 'complete') throw new UsageError(`The run ${saved.id} is not whole: it is ${saved.status}.`);
  const rounds = roundsOf(saved);
  if (rounds < leastRounds) {
    throw new UsageError(`The run ${saved.id} has too few rounds to judge by: ${rounds}.`, {
      hint: 'Save one with at least 8: scale-lab run … --rounds 8',
    });
  }
  const file = await loadScenarioFile(io, options.file);
  const overrides = matchOverrides(options);
  const scenarios = wanted(saved, file, names).flatMap((name) => scenariosOf(file, saved, name, overrides, 2 * rounds));
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const plan = planOfScenarios(scenarios, overrides, seed);
  const platform = await openPlatform(options.platform, io, { images: file.images, context: options.context });
  const addresses = await checkPlan(plan, platform, options.allowRemote === true, io);
  return { plan, platform, addresses, seed };
}

function wanted(saved: RunRecord, file: ScenarioFile, names: readonly string[]): readonly string[] {
  const known = saved.scenarios.map(({ name }) => name);
  const all = names.length === 0 ? known : names;
  for (const name of all) {
    if (!known.includes(name)) {
      throw new UsageError(`The run ${saved.id} has no scenario "${name}".`, { hint: `It has: ${known.join(', ')}` });
    }
    if (!file.scenarios.some((scenario) => scenario.name === name)) {
      throw new UsageError(`${file.path} has no scenario "${name}", which the run ${saved.id} has measured.`, {
        hint: 'Name the file with --file, or the scenarios that are to be judged.',
      });
    }
  }
  return all;
}

/** The scenario of now, with the variants and replica counts that were measured. */
function scenariosOf(file: ScenarioFile, saved: RunRecord, name: string, overrides: Overrides, rounds: number) {
  const before = saved.scenarios.find((scenario) => scenario.name === name);
  const original = file.scenarios.find((scenario) => scenario.name === name);
  if (!before || !original) return [];
  const variants = before.variants.map((variant) => variant.name);
  // What runs already has no replicas that could be chosen.
  const replicas = original.variants.some(runsAlready) ? undefined : before.replicas;
  const now = override([{ original, chosen: original }], { ...overrides, variants, replicas });
  return now.map(({ scenario }) => ({ ...scenario, rounds, expectations: [] }));
}
