import { referencesOf, type Expectation } from '../model/expectation.ts';
import type { LoadProfile } from '../model/load-profile.ts';
import type { Scenario } from '../model/scenario.ts';

/** What a selection makes of a scenario; what is not given stays. */
export interface Selection {
  readonly variants?: readonly string[] | undefined;
  readonly replicas?: readonly number[] | undefined;
  /** What becomes of the load of the scenario, and of those that its variants have of their own. */
  readonly load?: ((before: LoadProfile) => LoadProfile) | undefined;
  readonly rounds?: number | undefined;
}

/** The scenario with only what is selected, and with only the expectations that can then be judged. */
export function narrow(scenario: Scenario, selection: Selection): Scenario {
  const { variants: names, replicas = scenario.replicas } = selection;
  const change = selection.load ?? ((before: LoadProfile) => before);
  const chosen = scenario.variants.filter((variant) => names?.includes(variant.name) ?? true);
  const variants = chosen.map((variant) => (variant.load ? { ...variant, load: change(variant.load) } : variant));
  const narrowed = {
    ...scenario,
    variants,
    replicas,
    load: change(scenario.load),
    rounds: selection.rounds ?? scenario.rounds,
  };
  const expectations = scenario.expectations.filter((expectation) => canJudge(expectation, narrowed));
  return { ...narrowed, expectations };
}

/** Whether the scenario runs every variant and replica count that a claim names. */
export function canJudge(expectation: Expectation, scenario: Pick<Scenario, 'variants' | 'replicas'>): boolean {
  return referencesOf(expectation).every(
    ({ variant, replicas }) =>
      (variant === undefined || scenario.variants.some(({ name }) => name === variant)) &&
      (replicas === undefined || scenario.replicas.includes(replicas)),
  );
}
