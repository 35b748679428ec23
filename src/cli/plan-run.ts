import { Option, type Command } from 'commander';
import type { Plan } from '../model/plan.ts';
import type { ScenarioFile } from '../model/scenario.ts';
import { paceOf, platformNames, type PlatformName } from '../platforms/platform.ts';
import type { Overrides } from '../scenarios/planning/override-checks.ts';
import type { Lab, RunOutcome } from '../session/run-session.ts';
import { commandAgain } from './command-again.ts';
import type { Io } from './io.ts';
import { contextOption, duration, list, positive, positives, rate, seed } from './options.ts';
import { addProgressOptions } from './progress/options.ts';
import type { ProgressOptions } from './progress/progress.ts';
import { addReportOptions, reportRun, type ReportOptions } from './reports.ts';

/** The options of every command that runs the trials of a plan. */
export interface PlanOptions extends ReportOptions, ProgressOptions {
  readonly file?: string;
  readonly platform: PlatformName;
  readonly context?: string;
  readonly replicas?: readonly number[];
  readonly variant?: readonly string[];
  readonly connections?: number;
  readonly duration?: number;
  readonly warmup?: number;
  readonly rate?: number;
  readonly workers?: number;
  readonly rounds?: number;
  readonly seed?: number;
  readonly out: string;
  readonly pin?: boolean;
  readonly telemetry: boolean;
  readonly allowRemote?: boolean;
  readonly dryRun?: boolean;
}

/** What an option means to one command only. */
export interface PlanWords {
  readonly rate: string;
  readonly duration: string;
  readonly warmup: string;
}

/** Adds the options of every command that runs the trials of a plan. */
export function addPlanOptions(command: Command, words: PlanWords): Command {
  command
    .option('--file <file>', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .addOption(new Option('--platform <name>', 'where it runs').choices(platformNames).default('local'))
    .option(...contextOption)
    .option('--replicas <counts>', 'replica counts, e.g. 1,2,4', positives)
    .option('--variant <names>', 'only these variants', list)
    .option('--connections <count>', 'connections of closed load; the most that open load has', positive)
    .option('--rate <rate>', words.rate, rate)
    .option('--duration <time>', words.duration, duration)
    .option('--warmup <time>', words.warmup, duration)
    .option('--rounds <count>', 'how often each trial is run', positive)
    .option('--workers <count>', 'load workers that share the load (default: 1)', positive)
    .option('--seed <number>', 'seeds keys, mix and the order of trials (default: drawn, and told)', seed)
    .option('--out <folder>', 'where the folder with the results goes', 'results')
    .option('--pin', 'give the load generator cores of its own (docker)')
    .option('--no-telemetry', 'do not watch the system while it is under load')
    .option('--allow-remote', 'put load on targets outside this machine and private networks')
    .option('--dry-run', 'print the plan and start nothing');
  return addReportOptions(addProgressOptions(command));
}

/** What the options change of the scenarios. */
export function planOverrides(options: PlanOptions): Overrides {
  return {
    variants: options.variant,
    replicas: options.replicas,
    connections: options.connections,
    durationMs: options.duration,
    warmupMs: options.warmup,
    ratePerSecond: options.rate,
    rounds: options.rounds,
    workers: options.workers,
    telemetry: options.telemetry,
  };
}

/** What a command does with its plan besides running it. */
interface PlannedWork {
  /** Is done before anything is started. */
  readonly begin?: (plan: Plan) => Promise<void>;
  /** What commands that follow from its findings are told as well; left out where they cannot be run by the scenario's name. */
  readonly conditions?: Lab['conditions'];
}

/**
 * Plans by a seed that is drawn where none is given, runs the plan and reports it; with `--dry-run` it prints the plan.
 * @returns how the run ended; undefined where none was wanted
 * @throws {LabError} what broke the run off, after what was measured has been reported
 */
export async function planAndRun(
  io: Io,
  options: PlanOptions,
  planBy: (file: ScenarioFile, seed: number) => Plan,
  work: PlannedWork = {},
): Promise<RunOutcome | undefined> {
  const { loadScenarioFile } = await import('./scenario-file.ts');
  const file = await loadScenarioFile(io, options.file);
  const planSeed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const wanted = planBy(file, planSeed);
  if (options.dryRun) {
    const { describePlan } = await import('../scenarios/words/describe.ts');
    io.out.write(describePlan(wanted, paceOf(options.platform)));
    return undefined;
  }
  const path = await import('node:path');
  const { openPlatform } = await import('./platform.ts');
  const { checkPlan } = await import('./check-plan.ts');
  const { withoutLacking } = await import('./left-out.ts');
  const { run } = await import('../verbs/run.ts');
  const { withProgress } = await import('./progress/progress.ts');
  const platform = await openPlatform(options.platform, io, { images: file.images, context: options.context });
  const plan = await withoutLacking(wanted, platform, io.signal);
  const addresses = await checkPlan(plan, platform, options.allowRemote === true, io);
  await work.begin?.(plan);
  const outcome = await withProgress(io, options, async (emit) =>
    run(plan, {
      platform,
      pin: options.pin === true,
      results: path.resolve(io.folder, options.out),
      command: commandAgain(io, planSeed, options.seed),
      ...(work.conditions === undefined ? {} : { conditions: work.conditions }),
      startedAtMs: io.startedAtMs,
      environment: io.environment,
      addresses,
      emit,
      signal: io.signal,
    }),
  );
  await reportRun(io, outcome, options);
  return outcome;
}
