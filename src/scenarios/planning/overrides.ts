import { UsageError } from '../../model/errors.ts';
import { sentLoad, type LoadProfile } from '../../model/load-profile.ts';
import { isConstant } from '../../model/rate-stages.ts';
import { runsAlready, type Scenario } from '../../model/scenario.ts';
import { capitalised } from '../../shapes/fault.ts';
import { suggestion } from '../../shapes/suggest.ts';
import { changeLoad } from '../change-load.ts';
import { canJudge, narrow } from '../narrow.ts';
import {
  checkFit,
  checkLimits,
  checkOrchestrated,
  checkWorkers,
  type Overrides,
  sharesConnections,
} from './override-checks.ts';
import type { Selected } from './select.ts';

/** A scenario as it will be run, and the claims that cannot be judged then. */
export interface Overridden {
  readonly scenario: Scenario;
  readonly leftOut: readonly string[];
}

/**
 * The scenarios with the overrides laid over them. A scenario that has none of the wanted variants is not run.
 * @throws {UsageError} for an override that fits no scenario, or is out of its limits
 */
export function override(selected: readonly Selected[], overrides: Overrides): readonly Overridden[] {
  checkLimits(overrides);
  checkVariants(selected, overrides.variants);
  const wanted = selected.flatMap(({ original, chosen }) => {
    const variants = shared(chosen, overrides.variants);
    return variants.length === 0 ? [] : [{ original, chosen: narrow(chosen, { variants }) }];
  });
  checkFit(
    wanted.map(({ chosen }) => chosen),
    overrides,
  );
  return wanted.map(({ original, chosen }) => {
    const { connections, ...others } = overrides;
    const fitting = sharesConnections(chosen) ? { ...others, connections } : others;
    const whole = { ...original, load: chosen.load, variants: chosen.variants };
    const scenario = narrow(whole, {
      replicas: overrideReplicas(chosen, overrides),
      load: (load) => overrideLoad(chosen.name, load, fitting),
      rounds: overrides.rounds ?? chosen.rounds,
    });
    checkWorkers(scenario, overrides.workers);
    checkOrchestrated(scenario);
    const leftOut = original.expectations.filter((expectation) => !canJudge(expectation, scenario));
    return { scenario, leftOut: leftOut.map((expectation) => expectation.text) };
  });
}

function shared(scenario: Scenario, wanted: readonly string[] | undefined): readonly string[] {
  const names = scenario.variants.map((variant) => variant.name);
  return wanted ? names.filter((name) => wanted.includes(name)) : names;
}

function overrideReplicas(scenario: Scenario, { replicas }: Overrides): readonly number[] {
  return replicas && !scenario.variants.some(runsAlready) ? [...new Set(replicas)] : scenario.replicas;
}

function overrideLoad(name: string, load: LoadProfile, overrides: Overrides): LoadProfile {
  if (load.kind === 'burst') return load;
  const { connections, durationMs: duration, warmupMs: warmup } = overrides;
  const sent = sentLoad(load);
  const rate = sent.kind === 'open' && isConstant(sent.stages) ? overrides.ratePerSecond : undefined;
  const changed = changeLoad(load, { connections, duration, warmup, rate });
  if ('value' in changed) return changed.value;
  const { sentence, hint = '' } = changed.fault;
  throw new UsageError(`The scenario "${name}" cannot run like this: ${sentence}`, { hint: `${capitalised(hint)}.` });
}

function checkVariants(selected: readonly Selected[], wanted: readonly string[] = []): void {
  const known = [...new Set(selected.flatMap(({ chosen }) => shared(chosen, undefined)))];
  for (const name of wanted) {
    if (known.includes(name)) continue;
    const scenarios = selected.map(({ chosen }) => chosen.name).join(', ');
    const hint = capitalised(suggestion(name, known));
    throw new UsageError(`There is no variant "${name}" among those selected of ${scenarios}`, { hint });
  }
}
