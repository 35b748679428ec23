import { Option, type Command } from 'commander';
import { UsageError } from '../model/errors.ts';
import type { Scenario, ScenarioFile, Variant } from '../model/scenario.ts';
import { isHosted, type System } from '../model/system.ts';
import type { Io } from './io.ts';
import { positive } from './options.ts';

/** What the options say of one side. */
interface SideOptions {
  readonly variant: string | undefined;
  readonly url: string | undefined;
  readonly command: string | undefined;
  readonly image: string | undefined;
}

/** The options by which two sides are named. */
export interface SidesOptions {
  readonly a?: string;
  readonly b?: string;
  readonly aUrl?: string;
  readonly bUrl?: string;
  readonly aCommand?: string;
  readonly bCommand?: string;
  readonly aImage?: string;
  readonly bImage?: string;
  /** This and the next two are for both sides, where they are commands or images. */
  readonly port?: number;
  readonly ready?: string;
  readonly metrics?: string;
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
      .option(`--${side}-url <url>`, 'or a server of your own that runs already')
      .option(`--${side}-command <line>`, 'or one that is started: PORT or {port} is its port')
      .option(`--${side}-image <image>`, 'or one that is started as containers');
  }
  command
    .option('--port <port>', 'where a command or an image listens by itself', positive)
    .option('--ready <path>', 'what it answers with a status below 400 once it is ready')
    .option('--metrics <path>', 'its Prometheus endpoint, for its counters');
  const asked = 'without a scenario: what is asked (can be given again)';
  return command.addOption(new Option('--request <line>', asked).argParser(collect).default([], 'GET /'));
}

/** A scenario and its two sides. */
export interface ChosenSides {
  readonly scenario: Scenario;
  readonly sides: readonly [Variant, Variant];
  /** What servers that the options name have from the scenario's target, a sentence a side. */
  readonly taken: readonly string[];
}

/**
 * Finds the scenario and the sides that the options name. Servers of the user's own take the place of the scenario's systems, and
 * have from its target what the options do not say.
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
  const settings = hostedSettings(options, [a, b]);
  const sideA = await sideOf(io, 'a', a, settings, scenario);
  const sideB = await sideOf(io, 'b', b, settings, scenario);
  const [first, second] = [sideA.variant, sideB.variant];
  if (first.name === second.name) {
    throw new UsageError(`Both sides are the variant "${first.name}".`, {
      hint: 'Name two variants; scale-lab calibrate sets one against itself.',
    });
  }
  const taken = [sideA, sideB].flatMap(({ variant, taken: texts }) =>
    texts.length === 0 ? [] : [`${variant.name} has from the target of ${scenario.name}: ${texts.join(', ')}`],
  );
  return { scenario, sides: [first, second], taken };
}

function sideOptions(options: SidesOptions, side: 'a' | 'b'): SideOptions {
  const of = {
    variant: options[side],
    url: options[`${side}Url`],
    command: options[`${side}Command`],
    image: options[`${side}Image`],
  };
  const given = Object.values(of).filter((value) => value !== undefined).length;
  if (given === 1) return of;
  throw new UsageError(`Side ${side.toUpperCase()} is ${given === 0 ? 'missing' : 'named more than once'}.`, {
    hint: `Give one of --${side}, --${side}-url, --${side}-command and --${side}-image.`,
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

/** What a target file would say of every server that is started. */
function hostedSettings(
  { port, ready, metrics }: SidesOptions,
  sides: readonly SideOptions[],
): Record<string, unknown> {
  const given = Object.entries({ port, ready, metrics }).filter(([, value]) => value !== undefined);
  const [first] = given;
  if (first !== undefined && sides.every(({ command, image }) => command === undefined && image === undefined)) {
    throw new UsageError(`--${first[0]} is for servers that the lab starts, and neither side is one.`, {
      hint: 'Leave it out, or name a side by --b-command or --b-image.',
    });
  }
  return Object.fromEntries(given);
}

async function sideOf(
  io: Io,
  side: 'a' | 'b',
  { variant, url, command, image }: SideOptions,
  settings: Record<string, unknown>,
  scenario: Scenario,
): Promise<{ readonly variant: Variant; readonly taken: readonly string[] }> {
  if (variant !== undefined) {
    const found = scenario.variants.find((candidate) => candidate.name === variant);
    if (found) return { variant: found, taken: [] };
    const known = scenario.variants.map((candidate) => candidate.name).join(', ');
    throw new UsageError(`The scenario "${scenario.name}" has no variant "${variant}"`, {
      hint: `There are: ${known}`,
    });
  }
  const { withRestOf } = await import('../scenarios/target.ts');
  const { hostedTexts } = await import('../scenarios/words/words.ts');
  const target = url === undefined ? { ...settings, command, image } : { url };
  const parsed = await parseOne(io, `--${side}`, { question: side, workload: ['GET /'], target });
  const [{ system } = { system: undefined }] = parsed.variants;
  if (system === undefined) throw new Error('a target has been parsed to nothing');
  const name = side.toUpperCase();
  const shared = targetOf(scenario);
  if (!isHosted(system) || !shared || !isHosted(shared)) return { variant: { name, system }, taken: [] };
  const whole = withRestOf(shared, system, settings.port !== undefined);
  const own = hostedTexts(system);
  return { variant: { name, system: whole }, taken: hostedTexts(whole).filter((text) => !own.includes(text)) };
}

/** The target that a scenario's variants share, or that of its only variant. */
function targetOf({ target, variants }: Scenario): System | undefined {
  return target ?? (variants.length === 1 ? variants[0]?.system : undefined);
}

/** Reads what options say as a scenario file would: in the same words, with the same limits. */
async function parseOne(io: Io, name: string, content: Readonly<Record<string, unknown>>): Promise<Scenario> {
  const { stringify } = await import('yaml');
  const { parseScenarioFile } = await import('../scenarios/parse.ts');
  const path = await import('node:path');
  const text = stringify({ version: 1, scenarios: { compare: content } });
  const parsed = parseScenarioFile(text, path.join(io.folder, 'command-line'), io);
  if (!parsed.ok) {
    const [first] = parsed.problems;
    const { sentence = 'it is not right', hint } = first ?? {};
    throw new UsageError(`${name}: ${sentence}`, hint === undefined ? {} : { hint });
  }
  const [scenario] = parsed.file.scenarios;
  if (scenario === undefined) throw new Error('a scenario has been parsed to nothing');
  return scenario;
}
