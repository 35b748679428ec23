import { Command, Option } from 'commander';
import { exitCodes, type ExitCode } from '../../errors.ts';
import { paceOf, platformNames, type PlatformName } from '../../platforms/platform.ts';
import type { CommandFactory } from '../command.ts';
import { commandAgain } from '../command-again.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { contextOption, duration, list, positive, positives, rate, seed } from '../options.ts';
import { addReportOptions, reportRun, type ReportOptions } from '../reports.ts';

const examples = `
Without a name it runs the suite "quickstart".

Examples:
  scale-lab run
  scale-lab run thundering-herd --variant none,lock --replicas 1,2
  scale-lab run cache-hit --connections 100 --duration 30s --rounds 3
  scale-lab run my-open-load --rate 2000/s --workers 2
  scale-lab run replicas --platform minikube
  scale-lab run autoscale --platform kubernetes --context my-cluster --workers 4
  scale-lab run --dry-run`;

interface RunOptions extends ReportOptions {
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

async function execute(names: readonly string[], options: RunOptions, io: Io): Promise<ExitCode> {
  const { loadScenarioFile } = await import('../scenario-file.ts');
  const { describePlan } = await import('../../scenarios/describe.ts');
  const { planOf } = await import('../../scenarios/expand.ts');

  const file = await loadScenarioFile(io, options.file);
  const planSeed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const overrides = {
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
  const plan = planOf(file, names, overrides, planSeed);
  if (options.dryRun) {
    io.out.write(describePlan(plan, paceOf(options.platform)));
    return exitCodes.passed;
  }

  const path = await import('node:path');
  const { openPlatform } = await import('../platform.ts');
  const { checkPlan } = await import('../check-plan.ts');
  const { run } = await import('../../run.ts');
  const { showProgress } = await import('../progress.ts');
  const platform = await openPlatform(options.platform, io, { images: file.images, context: options.context });
  await checkPlan(plan, platform, options.allowRemote === true);
  const outcome = await run(plan, {
    platform,
    pin: options.pin === true,
    results: path.resolve(io.folder, options.out),
    command: commandAgain(io, planSeed, options.seed),
    startedAtMs: io.startedAtMs,
    emit: showProgress(io.err),
    signal: io.signal,
  });
  await reportRun(io, outcome, options);
  return exitCodeOf(outcome.record);
}

/** `scale-lab run`: the lab's main job. */
export const runCommand: CommandFactory = (io, finish) =>
  addReportOptions(new Command('run'))
    .description('start a real system, put load on it, and report what came out and which claims held')
    .argument('[scenario...]', 'scenarios or suites (default: the suite "quickstart")')
    .option('--file <file>', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .addOption(new Option('--platform <name>', 'where it runs').choices(platformNames).default('local'))
    .option(...contextOption)
    .option('--replicas <counts>', 'replica counts, e.g. 1,2,4', positives)
    .option('--variant <names>', 'only these variants', list)
    .option('--connections <count>', 'connections of closed load; the most that open load has', positive)
    .option('--rate <rate>', 'rate of open load that has no stages, e.g. 500/s', rate)
    .option('--duration <time>', 'measured time of a trial, e.g. 10s', duration)
    .option('--warmup <time>', 'time before it that is not measured, e.g. 2s', duration)
    .option('--rounds <count>', 'how often each trial is run', positive)
    .option('--workers <count>', 'load workers that share the load (default: 1)', positive)
    .option('--seed <number>', 'seeds keys, mix and the order of trials (default: drawn, and told)', seed)
    .option('--out <folder>', 'where the folder with the results goes', 'results')
    .option('--pin', 'give the load generator cores of its own (docker)')
    .option('--no-telemetry', 'do not watch the system while it is under load')
    .option('--allow-remote', 'put load on targets outside this machine and private networks')
    .option('--dry-run', 'print the plan and start nothing')
    .addHelpText('after', examples)
    .action(async (names: readonly string[], options: RunOptions) => finish(await execute(names, options, io)));
