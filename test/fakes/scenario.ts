import { stringify } from 'yaml';
import type { Scenario, ScenarioFile } from '../../src/model/scenario.ts';
import { parseScenarioFile } from '../../src/scenarios/parse.ts';
import type { Variables } from '../../src/shapes/variables.ts';

/** Parses a scenario file given as an object, which must be right. */
export function scenarioFile(content: Record<string, unknown>, environment: Variables = {}): ScenarioFile {
  const parsed = parseScenarioFile(stringify({ version: 1, ...content }), 'fake.yaml', { environment });
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.sentence).join('; '));
  return parsed.file;
}

/** A scenario called "herd" with the variants, replica counts and claims given. */
export function scenario(content: {
  readonly variants: readonly string[];
  readonly replicas?: readonly number[];
  readonly expect?: readonly string[];
  readonly acts?: readonly object[];
}): Scenario {
  const file = scenarioFile({
    scenarios: {
      herd: {
        question: 'Does a lock stop the herd?',
        workload: ['GET /todos/1'],
        ...content,
        variants: Object.fromEntries(content.variants.map((name) => [name, {}])),
      },
    },
  });
  const [only] = file.scenarios;
  if (!only) throw new Error('the file has no scenario');
  return only;
}
