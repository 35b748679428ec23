import { Command, Option } from 'commander';
import { exitCodes, UsageError, type ExitCode } from '../../errors.ts';
import { paceOf, platformNames, type PlatformName } from '../../platforms/platform.ts';
import type { RunRecord } from '../../result.ts';
import type { CommandFactory } from '../command.ts';
import { commandAgain } from '../command-again.ts';
import type { Io } from '../io.ts';
import { contextOption, duration, list, percentage, positive, positives, rate, seed } from '../options.ts';
import { addReportOptions, reportRun, type ReportOptions } from '../reports.ts';

const examples = `
It doubles the rate until the objective breaks, halves what lies between, and confirms the answer for
longer. What is asked is the scenario's workload, in open load; its claims are not judged.

Exit code: 0 where the objective set the limit; 3 where the load generator or --most did, so that the
answer is more than that; 1 where no rate kept the objective.

Examples:
  scale-lab max-rps cache-hit --slo 'p99 < 50ms, error_rate < 0.1%'
  scale-lab max-rps replicas --slo 'p99 < 100ms' --replicas 1,2,4 --platform docker --rounds 3
  scale-lab max-rps my-api --slo 'p95.response < 20ms' --rate 500/s --precision 1% --workers 2`;

interface MaxRpsOptions extends ReportOptions {
  readonly slo?: string;
  readonly file?: string;
  readonly platform: PlatformName;
  readonly context?: string;
  readonly replicas?: readonly number[];
  readonly variant?: readonly string[];
  readonly connections?: number;
  readonly duration?: number;
  readonly warmup?: number;
  readonly rate?: number;
  readonly confirm?: number;
  readonly precision?: number;
  readonly most?: number;
  readonly workers?: number;
  readonly rounds?: number;
  readonly seed?: number;
  readonly out: string;
  readonly allowRemote?: boolean;
  readonly dryRun?: boolean;
}

async function planFor(name: string, options: MaxRpsOptions, io: Io, planSeed: number) {
  const { loadScenarioFile } = await import('../scenario-file.ts');
  const { planOfSearch } = await import('../../scenarios/search-plan.ts');
  const { parseObjective } = await import('../../scenarios/objective.ts');
  const { scenarioNamed } = await import('../sides.ts');
  const file = await loadScenarioFile(io, options.file);
  const parsed = options.slo === undefined ? undefined : parseObjective(options.slo);
  if (parsed?.ok === false) {
    const [{ sentence, hint } = { sentence: 'it is not right', hint: undefined }] = parsed.faults;
    throw new UsageError(`--slo: ${sentence}`, hint === undefined ? {} : { hint });
  }
  const search = {
    find: 'max-rps',
    slo: parsed?.claims,
    confirm: options.confirm,
    precision: options.precision,
    most: options.most,
  } as const;
  const overrides = {
    variants: options.variant,
    replicas: options.replicas,
    connections: options.connections,
    durationMs: options.duration,
    warmupMs: options.warmup,
    ratePerSecond: options.rate,
    rounds: options.rounds,
    workers: options.workers,
  };
  return { plan: planOfSearch(scenarioNamed(file, name), search, overrides, planSeed), images: file.images };
}

function exitCodeOf({ trials }: RunRecord): ExitCode {
  const limits = trials.flatMap(({ search }) => search?.limit ?? []);
  if (limits.includes('nothing')) return exitCodes.failed;
  return limits.every((limit) => limit === 'objective') ? exitCodes.passed : exitCodes.inconclusive;
}

async function execute(name: string, options: MaxRpsOptions, io: Io): Promise<ExitCode> {
  const planSeed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const { plan, images } = await planFor(name, options, io, planSeed);
  if (options.dryRun) {
    const { describePlan } = await import('../../scenarios/describe.ts');
    io.out.write(describePlan(plan, paceOf(options.platform)));
    return exitCodes.passed;
  }
  const path = await import('node:path');
  const { openPlatform } = await import('../platform.ts');
  const { checkPlan } = await import('../check-plan.ts');
  const { run } = await import('../../run.ts');
  const { showProgress } = await import('../progress.ts');
  const platform = await openPlatform(options.platform, io, { images, context: options.context });
  await checkPlan(plan, platform, options.allowRemote === true);
  const outcome = await run(plan, {
    platform,
    results: path.resolve(io.folder, options.out),
    command: commandAgain(io, planSeed, options.seed),
    startedAtMs: io.startedAtMs,
    emit: showProgress(io.err),
    signal: io.signal,
  });
  await reportRun(io, outcome, options);
  return exitCodeOf(outcome.record);
}

/** `scale-lab max-rps`: the highest rate that keeps an objective. */
export const maxRpsCommand: CommandFactory = (io, finish) =>
  addReportOptions(new Command('max-rps'))
    .description('find the highest rate of open load that keeps an objective')
    .argument('<scenario>', 'the scenario whose systems and requests are searched')
    .option('--slo <claims>', "the objective: 'p99 < 50ms, error_rate < 0.1%' (default: the scenario's own)")
    .option('--file <file>', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .addOption(new Option('--platform <name>', 'where it runs').choices(platformNames).default('local'))
    .option(...contextOption)
    .option('--replicas <counts>', 'replica counts, e.g. 1,2,4', positives)
    .option('--variant <names>', 'only these variants', list)
    .option('--rate <rate>', 'the rate that it begins with (default: 100/s)', rate)
    .option('--most <rate>', 'the highest rate that may be tried', rate)
    .option('--precision <share>', 'how closely the answer is known (default: 2%)', percentage)
    .option('--duration <time>', 'measured time of a probe (default: 3s)', duration)
    .option('--warmup <time>', 'time before it that is not measured (default: 1s)', duration)
    .option('--confirm <time>', 'measured time at the answer (default: 10s)', duration)
    .option('--connections <count>', 'the most connections', positive)
    .option('--rounds <count>', 'how often it is looked for', positive)
    .option('--workers <count>', 'load workers that share the load (default: 1)', positive)
    .option('--seed <number>', 'seeds keys, mix and the order of trials (default: drawn, and told)', seed)
    .option('--out <folder>', 'where the folder with the results goes', 'results')
    .option('--allow-remote', 'put load on targets outside this machine and private networks')
    .option('--dry-run', 'print the plan and start nothing')
    .addHelpText('after', examples)
    .action(async (name: string, options: MaxRpsOptions) => finish(await execute(name, options, io)));
