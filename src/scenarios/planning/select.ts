import { UsageError } from '../../model/errors.ts';
import type { Scenario, ScenarioFile } from '../../model/scenario.ts';
import { capitalised } from '../../shapes/fault.ts';
import { suggestion } from '../../shapes/suggest.ts';

/** The suite that is run when nothing is named. */
export const defaultSuite = 'quickstart';

/** A scenario as it stands in the file, and what a suite made of it. */
export interface Selected {
  readonly original: Scenario;
  readonly chosen: Scenario;
}

/**
 * The scenarios that the names of scenarios and suites stand for, in their order.
 * @throws {UsageError} for a name that is not known, or a scenario that two names stand for
 */
export function selectScenarios(file: ScenarioFile, names: readonly string[]): readonly Selected[] {
  const wanted = names.length === 0 ? [defaultSuite] : [...new Set(names)];
  const selected = wanted.flatMap((name) => named(file, name, names.length === 0));
  const twice = selected.find(
    ({ chosen }, index) => selected.findIndex((it) => it.chosen.name === chosen.name) < index,
  );
  if (!twice) return selected;
  const { name } = twice.chosen;
  throw new UsageError(`The scenario "${name}" is selected twice: ${wanted.join(', ')}`, {
    hint: 'Run a suite and a scenario of it one after the other.',
  });
}

function named(file: ScenarioFile, name: string, byDefault: boolean): readonly Selected[] {
  const original = file.scenarios.find((scenario) => scenario.name === name);
  if (original) return [{ original, chosen: original }];
  const suite = file.suites.find((candidate) => candidate.name === name);
  if (suite) {
    return suite.scenarios.map((chosen) => {
      const inFile = file.scenarios.find((scenario) => scenario.name === chosen.name);
      return { original: inFile ?? chosen, chosen };
    });
  }
  const known = [...file.scenarios, ...file.suites].map((candidate) => candidate.name);
  if (byDefault) {
    throw new UsageError(`${file.path} has no suite "${name}", which is run when nothing is named`, {
      hint: `Name what to run: ${known.join(', ')}`,
    });
  }
  throw new UsageError(`There is no scenario or suite "${name}"`, { hint: capitalised(suggestion(name, known)) });
}
