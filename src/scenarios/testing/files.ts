import { expect } from 'vitest';
import type { Scenario, ScenarioFile } from '../../model/scenario.ts';
import type { Variables } from '../../shapes/variables.ts';
import { parseScenarioFile } from '../parse.ts';
import { renderProblems } from '../yaml/problem.ts';

/** What a text that has to be right says. */
export function parsed(text: string, name = 'test.yaml', environment: Variables = {}): ScenarioFile {
  const result = parseScenarioFile(text, name, { environment });
  if (!result.ok) expect.fail(renderProblems(result.problems));
  return result.file;
}

/** Everything that is wrong with a text, as a user sees it. */
export function problemsOf(text: string, environment: Variables = {}): string {
  const result = parseScenarioFile(text, 'test.yaml', { environment });
  return result.ok ? 'no problem' : renderProblems(result.problems);
}

/** The text of a file with the scenario `s`, which has those lines beside its question. */
export function scenario(...lines: readonly string[]): string {
  return ['version: 1', 'scenarios:', '  s:', '    question: Why?', ...lines.map((line) => `    ${line}`), ''].join(
    '\n',
  );
}

/** The one scenario of that text, which has to be right. */
export function only(text: string, environment: Variables = {}): Scenario {
  const [first] = parsed(text, 'test.yaml', environment).scenarios;
  return first ?? expect.fail('there is no scenario');
}

/** A workload that needs no keys. */
export const workload = 'workload: [GET /todos]';
