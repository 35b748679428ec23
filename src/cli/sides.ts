import { Option, type Command } from 'commander';
import { UsageError } from '../errors.ts';
import type { Scenario, ScenarioFile, Variant } from '../scenarios/scenario.ts';
import type { Io } from './io.ts';

/** What the options say of one side. */
interface SideOptions {
  readonly variant: string | undefined;
  readonly url: string | undefined;
}

/** The options by which two sides are named. */
export interface SidesOptions {
  readonly a?: string;
  readonly b?: string;
  readonly aUrl?: string;
  readonly bUrl?: string;
  readonly request: readonly string[];
}

/** Adds the options by which two sides are named. */
export function addSidesOptions(command: Command): Command {
  const collect = (text: string, earlier: readonly string[]): readonly string[] => [...earlier, text];
  for (const [side, article] of [
    ['a', 'what B is measured against'],
    ['b', 'what is judged'],
  ] as const) {
    command
      .option(`--${side} <variant>`, `${article}: a variant of the scenario`)
      .option(`--${side}-url <url>`, 'or a server of your own that runs already');
  }
  const asked = 'without a scenario: what is asked (can be given again)';
  return command.addOption(new Option('--request <line>', asked).argParser(collect).default([], 'GET /'));
}

/** A scenario and its two sides. */
export interface ChosenSides {
  readonly scenario: Scenario;
  readonly sides: readonly [Variant, Variant];
}

/**
 * Finds the scenario and the sides that the options name. Servers of the user's own take the place of the scenario's systems.
 * @throws {UsageError} where a side is missing, is named twice, or is not right
 */
export async function chooseSides(
  io: Io,
  name: string | undefined,
  options: SidesOptions,
  load: () => Promise<ScenarioFile>,
): Promise<ChosenSides> {
  const a = sideOptions(options, 'a');
  const b = sideOptions(options, 'b');
  const scenario = name === undefined ? await scenarioOf(io, options) : scenarioNamed(await load(), name);
  const [first, second] = [await sideOf(io, 'a', a, scenario), await sideOf(io, 'b', b, scenario)];
  if (first.name === second.name) {
    throw new UsageError(`Both sides are the variant "${first.name}".`, {
      hint: 'Name two variants; scale-lab calibrate sets one against itself.',
    });
  }
  return { scenario, sides: [first, second] };
}

function sideOptions(options: SidesOptions, side: 'a' | 'b'): SideOptions {
  const of = {
    variant: options[side],
    url: options[`${side}Url`],
  };
  const given = Object.values(of).filter((value) => value !== undefined).length;
  if (given === 1) return of;
  throw new UsageError(`Side ${side.toUpperCase()} is ${given === 0 ? 'missing' : 'named more than once'}.`, {
    hint: `Give --${side}, or --${side}-url.`,
  });
}

/**
 * The scenario of that name.
 * @throws {UsageError} where the file has none
 */
export function scenarioNamed(file: ScenarioFile, name: string): Scenario {
  const scenario = file.scenarios.find((candidate) => candidate.name === name);
  if (scenario) return scenario;
  const known = file.scenarios.map((candidate) => candidate.name).join(', ');
  throw new UsageError(`There is no scenario "${name}" in ${file.path}`, { hint: `There are: ${known}` });
}

/** A scenario for servers of the user's own of which no file says anything. */
async function scenarioOf(io: Io, { request }: SidesOptions): Promise<Scenario> {
  const workload = request.length === 0 ? ['GET /'] : request;
  return parseOne(io, 'compare', { question: 'Is B as fast as A?', workload, target: { url: 'http://127.0.0.1' } });
}

async function sideOf(io: Io, side: 'a' | 'b', { variant, url }: SideOptions, scenario: Scenario): Promise<Variant> {
  if (variant !== undefined) {
    const found = scenario.variants.find((candidate) => candidate.name === variant);
    if (found) return found;
    const known = scenario.variants.map((candidate) => candidate.name).join(', ');
    throw new UsageError(`The scenario "${scenario.name}" has no variant "${variant}"`, {
      hint: `There are: ${known}`,
    });
  }
  const parsed = await parseOne(io, `--${side}`, { question: side, workload: ['GET /'], target: { url } });
  const [{ system } = { system: undefined }] = parsed.variants;
  if (system === undefined) throw new Error('a target has been parsed to nothing');
  return { name: side.toUpperCase(), system };
}

/** Reads what options say as a scenario file would: in the same words, with the same limits. */
async function parseOne(io: Io, name: string, content: Readonly<Record<string, unknown>>): Promise<Scenario> {
  const { stringify } = await import('yaml');
  const { parseScenarioFile } = await import('../scenarios/parse.ts');
  const path = await import('node:path');
  const text = stringify({ version: 1, scenarios: { compare: content } });
  const parsed = parseScenarioFile(text, path.join(io.folder, 'command-line'));
  if (!parsed.ok) {
    const [first] = parsed.problems;
    const { sentence = 'it is not right', hint } = first ?? {};
    throw new UsageError(`${name}: ${sentence}`, hint === undefined ? {} : { hint });
  }
  const [scenario] = parsed.file.scenarios;
  if (scenario === undefined) throw new Error('a scenario has been parsed to nothing');
  return scenario;
}
