import { Command, Option } from 'commander';
import type { Scenario, ScenarioFile, Variant } from '../model/scenario.ts';
import { paceOf, platformNames, type Platform, type PlatformName } from '../platforms/platform.ts';
import type { Overrides } from '../scenarios/planning/override-checks.ts';
import type { TargetAddresses } from '../scenarios/planning/remote-check.ts';
import type { Match } from '../session/match.ts';
import type { Lab } from '../session/run-session.ts';
import { commandAgain } from './command-again.ts';
import type { Io } from './io.ts';
import { contextOption, duration, positive, rate, seed } from './options.ts';
import { openPlatform } from './platform.ts';
import { addProgressOptions } from './progress/options.ts';
import type { ProgressOptions } from './progress/progress.ts';

/** The options of every command that sets two sides against each other. */
export interface MatchOptions extends ProgressOptions {
  readonly file?: string;
  readonly platform: PlatformName;
  readonly context?: string;
  readonly replicas?: number;
  readonly connections?: number;
  readonly duration?: number;
  readonly warmup?: number;
  readonly rate?: number;
  readonly workers?: number;
  readonly budget: number;
  readonly seed?: number;
  readonly out: string;
  readonly allowRemote?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the options of every command that sets two sides against each other. */
export function addMatchOptions(command: Command, budget: string): Command {
  return addProgressOptions(command)
    .option('--file <file>', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .addOption(new Option('--platform <name>', 'where it runs').choices(platformNames).default('local'))
    .option(...contextOption)
    .option('--replicas <count>', 'replicas of both sides (default: the fewest of the scenario)', positive)
    .option('--connections <count>', 'connections of closed load; the most that open load has', positive)
    .option('--rate <rate>', 'a rate, e.g. 500/s: of open load without stages, or to make closed load open', rate)
    .option('--duration <time>', 'measured time of a side in a round (default: what fits the budget)', duration)
    .option('--warmup <time>', 'time before it that is not measured', duration)
    .option('--workers <count>', 'load workers that share the load (default: 1)', positive)
    .addOption(
      new Option('--budget <time>', 'how long it may take').argParser(duration).default(duration(budget), budget),
    )
    .option('--seed <number>', 'seeds keys, mix and the order of the sides (default: drawn, and told)', seed)
    .option('--out <folder>', 'where the folder with the results goes', 'results')
    .option('--allow-remote', 'put load on targets outside this machine and private networks')
    .option('--dry-run', 'print the plan and start nothing');
}

/** A plan that can begin: the platform has been opened, and has nothing against it. */
export interface Ready {
  readonly platform: Platform;
  /** Where its targets are. */
  readonly addresses: TargetAddresses;
  readonly seed: number;
}

/** A match that can begin. */
export interface ReadyMatch extends Ready {
  readonly match: Match;
}

/** Hands work the lab that it runs in; what it does is shown until it is done. */
export async function inLab<T>(
  io: Io,
  options: MatchOptions,
  { platform, addresses, seed: planSeed }: Ready,
  work: (lab: Lab) => Promise<T>,
): Promise<T> {
  const path = await import('node:path');
  const { withProgress } = await import('./progress/progress.ts');
  return withProgress(io, options, async (emit) =>
    work({
      platform,
      results: path.resolve(io.folder, options.out),
      command: commandAgain(io, planSeed, options.seed),
      startedAtMs: io.startedAtMs,
      environment: io.environment,
      addresses,
      emit,
      signal: io.signal,
    }),
  );
}

/** What a command says of its match besides the user's options. */
export interface MatchRequest {
  readonly scenario: Scenario;
  readonly sides: readonly [Variant, Variant];
  readonly batches: 1 | 2;
  readonly images: ScenarioFile['images'];
}

/**
 * Plans a match, and checks it against what the platform can do. Nothing is started.
 * @throws {UsageError} where options do not fit, or the platform cannot run it
 */
export async function prepareMatch(io: Io, options: MatchOptions, request: MatchRequest): Promise<ReadyMatch> {
  const { matchOf } = await import('../session/match.ts');
  const { canBeSideBySide } = await import('../session/sides.ts');
  const { checkPlan } = await import('./check-plan.ts');
  const platform = await openPlatform(options.platform, io, { images: request.images, context: options.context });
  const planSeed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const { sides, batches } = request;
  const systems = sides.map(({ system }) => system);
  const match = matchOf(request.scenario, sides, {
    budgetMs: options.budget,
    batches,
    isSideBySide: canBeSideBySide(systems, platform),
    pace: paceOf(options.platform),
    overrides: matchOverrides(options),
    seed: planSeed,
  });
  const addresses = await checkPlan(match.plan, platform, options.allowRemote === true, io);
  return { match, platform, addresses, seed: planSeed };
}

/** What the options change of a scenario. */
export function matchOverrides(options: MatchOptions): Overrides {
  return {
    replicas: options.replicas === undefined ? undefined : [options.replicas],
    connections: options.connections,
    durationMs: options.duration,
    warmupMs: options.warmup,
    ratePerSecond: options.rate,
    workers: options.workers,
  };
}

/** What will be run at most, for `--dry-run`; it ends with a newline. */
export async function describeMatch({ match, seed: planSeed }: ReadyMatch, options: MatchOptions): Promise<string> {
  const { formatDuration } = await import('../model/numbers.ts');
  const { describeSharedLoad } = await import('../scenarios/words/load-words.ts');
  const { describeSettings } = await import('../scenarios/words/words.ts');
  const { scenario, looks, isSideBySide, replicas } = match;
  const [a, b] = scenario.variants;
  const rounds = looks.rounds.at(-1) ?? 0;
  const facts = [
    ['scenario', `${scenario.name}, ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`],
    ['A', a ? `${a.name}: ${describeSettings(a)}` : ''],
    ['B', b ? `${b.name}: ${describeSettings(b)}` : ''],
    ['load', describeSharedLoad(scenario)],
    ['rounds', `at most ${rounds}, looked at after ${looks.rounds.join(', ')}`],
    ['sides', isSideBySide ? 'both up at once, measured in turn' : 'in turn, each in place of the other'],
    ['budget', formatDuration(options.budget)],
    ['seed', String(planSeed)],
  ] as const;
  return facts.map(([name, text]) => `${name.padEnd(10)}${text}\n`).join('');
}
