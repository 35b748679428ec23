import type { Scenario } from '../../src/model/scenario.ts';
import { platformFor } from '../../src/lessons/platform-for.ts';
import { platformNames } from '../../src/platforms/platform.ts';
import { code, paragraph, strong } from '../../src/reporters/markdown.ts';
import type { Taken } from './taken.ts';

/**
 * The page of the catalogue: each scenario that was taken, in the order of their file, and the names of those that were not.
 * @throws {Error} where it would tell of several commits as if they were one
 */
export function cataloguePage(scenarios: readonly Scenario[], taken: readonly Taken[]): string {
  const commits = distinct(taken.map(({ commit }) => commit));
  if (commits.length > 1) throw new Error(`the catalogue is of several commits: ${commits.join(', ')}`);
  const machines = distinct(taken.map(({ machine }) => machine));
  const of = ({ name }: Scenario): readonly Taken[] =>
    platformNames.flatMap((platform) => taken.filter((one) => one.scenario === name && one.platform === platform));
  const missing = scenarios.filter((scenario) => of(scenario).length === 0);
  const parts = [
    '# Catalogue',
    `Every scenario that the lab ships, run as it is shipped: what came out, which claims held, and the answer in a sentence.
\`npm run catalogue\` runs them and writes this page. Times are those of the machine; what is counted hardly depends on it.`,
    ...commits.map((commit) => `All of it was taken at commit ${code(commit)}${onMachine(machines)}.`),
    ...(missing.length === 0 ? [] : [`Not taken: ${missing.map(nameWithPlatform).join(', ')}.`]),
    ...scenarios.flatMap((scenario) => sections(of(scenario), machines.length > 1)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** Where there is one machine for all; of several each section names its own. */
function onMachine([machine = '', ...others]: readonly string[]): string {
  return others.length > 0 ? '' : `, on one machine: ${machine}`;
}

/** The platform is told where the usual one cannot run it. */
function nameWithPlatform(scenario: Scenario): string {
  const platform = platformFor(scenario);
  return `${code(scenario.name)}${platform === 'local' ? '' : ` (needs ${platform})`}`;
}

/** What was taken of one scenario, platform by platform. */
function sections(taken: readonly Taken[], namesMachine: boolean): readonly string[] {
  const [first] = taken;
  if (!first) return [];
  const parts = taken.flatMap(({ platform, on, machine, command, answer, tables, verdicts }) => [
    `On ${platform}, ${on}${namesMachine ? `, ${machine}` : ''}: ${code(command)}`,
    ...(answer === '' ? [] : [strong(answer)]),
    ...tables,
    ...(verdicts.length === 0 ? [] : [verdicts.join('\n')]),
  ]);
  return [`## ${first.scenario}`, paragraph(first.question), ...parts];
}
