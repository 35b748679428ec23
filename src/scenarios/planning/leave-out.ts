import { type Plan, servicesBeside } from '../../model/plan.ts';
import type { Scenario, Variant } from '../../model/scenario.ts';
import { canJudge, narrow } from '../narrow.ts';
import { numbered } from './expand.ts';

/** An entry of the catalogue that cannot be started, and why. */
export interface Lack {
  readonly entry: string;
  /** In a few words: "kafka-server-start.sh (not on PATH)". */
  readonly problem: string;
  /** What to do about it, as a sentence. */
  readonly fix: string;
}

/**
 * The plan without the variants that lack something, which it says in a sentence each. A scenario all of whose variants do stays as it
 * is: there is nothing else to learn from it, and whoever starts it says what is missing.
 */
export function leaveOut(plan: Plan, lacks: readonly Lack[]): Plan {
  const parts = plan.scenarios.map((scenario) => partOf(scenario, lacks));
  if (parts.every(({ lacking }) => lacking.length === 0)) return plan;
  const trials = plan.trials.filter((trial) =>
    parts.some(({ scenario: { name, variants } }) => name === trial.scenario && hasVariant(variants, trial.variant)),
  );
  return {
    ...plan,
    scenarios: parts.map(({ scenario }) => scenario),
    trials: numbered(trials),
    leftOut: [...plan.leftOut, ...parts.flatMap(({ leftOut }) => leftOut)],
    lacking: parts.flatMap(({ lacking }) => lacking),
  };
}

/** What of a scenario can be run, and what is to be said of the rest. */
interface Part extends Pick<Plan, 'leftOut'> {
  readonly scenario: Scenario;
  readonly lacking: NonNullable<Plan['lacking']>;
}

function partOf(scenario: Scenario, lacks: readonly Lack[]): Part {
  const { name, variants, expectations } = scenario;
  const able = variants.filter((variant) => lackOf(variant, lacks) === undefined).map((variant) => variant.name);
  if (able.length === 0 || able.length === variants.length) return { scenario, leftOut: [], lacking: [] };
  const narrowed = narrow(scenario, { variants: able });
  const unjudged = expectations.filter((expectation) => !canJudge(expectation, narrowed));
  const lacking = lacks.flatMap((lack) => {
    const names = variants.filter((variant) => lackOf(variant, lacks) === lack).map((variant) => variant.name);
    return names.length === 0 ? [] : [{ scenario: name, text: sentence(names, lack) }];
  });
  return { scenario: narrowed, leftOut: unjudged.map(({ text }) => ({ scenario: name, expectation: text })), lacking };
}

/** The first thing that a variant lacks. */
function lackOf({ system }: Variant, lacks: readonly Lack[]): Lack | undefined {
  const entries = servicesBeside(system).map((use) => (use.kind === 'entry' ? use.entry : undefined));
  return lacks.find(({ entry }) => entries.includes(entry));
}

function hasVariant(variants: readonly Variant[], wanted: string): boolean {
  return variants.some(({ name }) => name === wanted);
}

function sentence(names: readonly string[], { problem, fix }: Lack): string {
  return `left out: ${names.join(', ')}, for want of ${problem}. ${fix}`;
}
