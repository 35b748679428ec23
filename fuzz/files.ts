import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseDocument, stringify } from 'yaml';
import { describeError } from '../src/cli/describe-error.ts';
import { explain } from '../src/lessons/explain.ts';
import { packageFolder } from '../src/machine/package.ts';
import { arePlain, forStream } from '../src/model/foreign-text.ts';
import type { ScenarioFile } from '../src/model/scenario.ts';
import { parseScenarioFile } from '../src/scenarios/parse.ts';
import { planOf } from '../src/scenarios/planning/expand.ts';
import { describePlan } from '../src/scenarios/words/describe.ts';
import { ScenarioFileError, type Problem } from '../src/scenarios/yaml/problem.ts';
import { schemaText } from '../src/verbs/schemas.ts';
import { harms } from '../test/fakes/hostile.ts';
import { inTime, insist, kindOf, refusalOf, type Outcome } from './kind.ts';
import { mutated, mutations, spliced, splices, type Json } from './mutations.ts';

const texts: readonly string[] = [
  readFileSync(path.join(packageFolder, 'scenarios.yaml'), 'utf8'),
  ...readdirSync(path.join(packageFolder, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && name.includes('scenarios'))
    .map((name) => readFileSync(path.join(packageFolder, 'examples', name), 'utf8')),
  ...[...readFileSync(path.join(packageFolder, 'docs', 'scenarios.md'), 'utf8').matchAll(/```yaml\n(.*?)```/gs)]
    .map(([, text = '']) => text)
    .map((text) => (text.startsWith('version: 1') ? text : fragment(text))),
];

/** A part of a scenario, as the documentation has many, in a file of its own. */
function fragment(text: string): string {
  const workload = /^workload:/m.test(text) ? '' : 'workload: [GET /todos]\n';
  return `version: 1\nscenarios:\n  s:\n    question: Why?\n${`${workload}${text}`.replaceAll(/^(?=.)/gm, '    ')}`;
}

function isTable(tree: unknown): tree is Readonly<Record<string, Json>> {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}

/** Files of one scenario each, so that most changes meet something that is looked at. */
const files: readonly Json[] = texts.flatMap((text) => {
  const file: unknown = parse(text, { merge: true });
  if (!isTable(file) || !isTable(file.scenarios)) return [];
  const { suites: _, ...rest } = file;
  return Object.entries(file.scenarios).map(([name, scenario]) => ({ ...rest, scenarios: { [name]: scenario } }));
});
const words = [...new Set(files.flatMap(wordsIn))];

function wordsIn(tree: Json): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(wordsIn);
  if (isTable(tree)) return Object.entries(tree).flatMap(([key, child]) => [key, ...wordsIn(child)]);
  return tree === null || typeof tree !== 'object' ? [String(tree)] : [];
}

const values: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom<Json[]>(
    null,
    true,
    0,
    -1,
    1e308,
    1e-9,
    65,
    1.5,
    4_294_967_296,
    9_007_199_254_740_993,
    '',
    ' ',
    [],
    {},
  ),
  fc.constantFrom(
    '1ms',
    '0s',
    '1e9h',
    '99999999h',
    '10/s',
    '0/s',
    '1e9/s',
    '5%',
    '-5%',
    '1GB',
    '${A}',
    '$$',
    '{k}',
    '${',
  ),
  fc.constantFrom(...harms),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constant('x'.repeat(20_000)),
);
const keys = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...words) },
  fc.constantFrom('__proto__', 'constructor', 'toString', '', '<<', '{k}', 'request', ...harms),
);

interface Style {
  readonly indent: number;
  readonly lineWidth: number;
  readonly collectionStyle: 'any' | 'block' | 'flow';
  readonly defaultStringType: 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE' | 'BLOCK_LITERAL';
}

const style: fc.Arbitrary<Style> = fc.record({
  indent: fc.constantFrom(2, 4),
  lineWidth: fc.constantFrom(0, 60),
  collectionStyle: fc.constantFrom<Style['collectionStyle'][]>('any', 'block', 'flow'),
  defaultStringType: fc.constantFrom<Style['defaultStringType'][]>(
    'PLAIN',
    'QUOTE_DOUBLE',
    'QUOTE_SINGLE',
    'BLOCK_LITERAL',
  ),
});

/** A right file, changed as a tree and then, one time in four, as a text. */
const ofTrees = fc
  .tuple(
    fc.constantFrom(...files),
    mutations(values, keys),
    style,
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, splices),
  )
  .map(([file, changes, options, cuts]) => spliced(stringify(mutated(file, changes), options), cuts));
/** A right file with its comments and anchors, changed as a text. */
const ofTexts = fc.tuple(fc.constantFrom(...texts), splices).map(([text, changes]) => spliced(text, changes));

const environment = { A: 'a', HOME: '/home', API_TOKEN: 'secret' };
const matchesForm = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(schemaText('scenarios')) as object,
);

function isInside(problem: Problem, text: string): boolean {
  const line = text.split('\n')[problem.line - 1]?.replace(/\r$/, '');
  return line === problem.source && problem.column >= 1 && problem.column <= Array.from(line).length + 1;
}

function checkRefusal(problems: readonly Problem[], text: string): void {
  insist(problems.length > 0, 'It is refused without a problem.');
  const lines = text.replace(/^\uFEFF/, '');
  for (const problem of problems) insist(isInside(problem, lines), `No such place: ${JSON.stringify(problem)}`);
  const told = describeError(new ScenarioFileError('fuzz.yaml', problems), false);
  insist(told.exitCode === 2 && arePlain(forStream(told.text)), `It is refused with: ${told.text}`);
  insist(/^ {2}fuzz\.yaml:\d+:\d+ error: /m.test(told.text), `No line and column are told: ${told.text}`);
}

/** What is accepted is planned, told and explained, or refused with a sentence. */
function checkUse(file: ScenarioFile): Outcome {
  const scenarios = file.scenarios.map(({ name }) => name);
  const refusal = refusalOf(() => {
    const plan = planOf(file, scenarios, {}, 1);
    insist(describePlan(plan) !== '', 'A plan has no words.');
    for (const scenario of plan.scenarios) explain(scenario, false);
  });
  return refusal === undefined ? 'accepted' : 'accepted, and no plan';
}

/** Printed anew with the same values, a file says the same. */
function checkReprint(text: string, file: ScenarioFile): void {
  for (const collectionStyle of ['block', 'flow'] as const) {
    const printed = parseDocument(text).toString({ collectionStyle, lineWidth: 0 });
    const again = parseScenarioFile(printed, 'fuzz.yaml', { environment });
    insist(again.ok && isDeepStrictEqual(again.file, file), `Printed anew it is not the same:\n${printed}`);
  }
}

function check(text: string): Outcome {
  return inTime(() => {
    const parsed = parseScenarioFile(text, 'fuzz.yaml', { environment });
    if (!parsed.ok) {
      checkRefusal(parsed.problems, text);
      return 'refused';
    }
    const plain: unknown = parseDocument(text, { merge: true, uniqueKeys: false }).toJS({ maxAliasCount: -1 });
    insist(matchesForm(plain), `The schema refuses: ${JSON.stringify(matchesForm.errors?.[0])}`);
    checkReprint(text, parsed.file);
    return checkUse(parsed.file);
  });
}

/** Scenario files. */
export const scenarioFiles = kindOf({
  name: 'files',
  share: 480,
  inputs: () => fc.oneof({ weight: 4, arbitrary: ofTrees }, ofTexts),
  check,
  shown: (text) => text,
});
