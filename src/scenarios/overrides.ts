import { UsageError } from '../errors.ts';
import { limits } from './load-profile.ts';
import { canJudge, narrow } from './narrow.ts';
import type { LoadProfile, Scenario } from './scenario.ts';
import { capitalised, type Selected } from './select.ts';
import { suggestion } from './suggest.ts';
import { durationText } from './units.ts';

/** What the command line changes of all selected scenarios. */
export interface Overrides {
  readonly variants?: readonly string[] | undefined;
  readonly replicas?: readonly number[] | undefined;
  /** This and the next two are for closed load: a burst has none of them. */
  readonly connections?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly warmupMs?: number | undefined;
  readonly rounds?: number | undefined;
}

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
  const wanted = selected.filter(({ chosen }) => !overrides.variants || shared(chosen, overrides.variants).length > 0);
  checkClosed(wanted, overrides);
  return wanted.map(({ original, chosen }) => {
    const scenario = narrow(original, {
      variants: shared(chosen, overrides.variants),
      replicas: overrides.replicas ? [...new Set(overrides.replicas)] : chosen.replicas,
      load: overrideLoad(chosen.load, overrides),
      rounds: overrides.rounds ?? chosen.rounds,
    });
    const leftOut = original.expectations.filter((expectation) => !canJudge(expectation, scenario));
    return { scenario, leftOut: leftOut.map((expectation) => expectation.text) };
  });
}

function shared(scenario: Scenario, wanted: readonly string[] | undefined): readonly string[] {
  const names = scenario.variants.map((variant) => variant.name);
  return wanted ? names.filter((name) => wanted.includes(name)) : names;
}

function overrideLoad(load: LoadProfile, { connections, durationMs, warmupMs }: Overrides): LoadProfile {
  if (load.kind === 'burst') return load;
  return {
    ...load,
    connections: connections ?? load.connections,
    durationMs: durationMs ?? load.durationMs,
    warmupMs: warmupMs ?? load.warmupMs,
  };
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

function checkClosed(selected: readonly Selected[], overrides: Overrides): void {
  if (selected.some(({ chosen }) => chosen.load.kind === 'closed')) return;
  const keys = ['connections', 'durationMs', 'warmupMs'] as const;
  const given = keys.filter((key) => overrides[key] !== undefined);
  if (given.length === 0) return;
  const options = given.map((key) => `--${key.replace('Ms', '')}`).join(', ');
  throw new UsageError(`Nothing that is selected takes ${options}: all of it sends bursts`);
}

function checkLimits(overrides: Overrides): void {
  const { connections, durationMs, warmupMs, rounds, replicas = [] } = overrides;
  check('--connections', connections, limits.connections, String);
  check('--duration', durationMs, limits.durationMs, durationText);
  check('--warmup', warmupMs, limits.warmupMs, durationText);
  check('--rounds', rounds, limits.rounds, String);
  for (const count of replicas) check('--replicas', count, limits.replicas, String);
}

function check(
  option: string,
  value: number | undefined,
  { least, most }: { readonly least: number; readonly most: number },
  text: (value: number) => string,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw new UsageError(`${option} must be from ${text(least)} to ${text(most)}, not ${text(value)}`);
}
