import { Command } from 'commander';
import { exitCodes, UsageError, type ExitCode } from '../../model/errors.ts';
import type { Expectation } from '../../model/expectation.ts';
import type { RunRecord } from '../../record/run-record.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import { duration, percentage, rate } from '../options.ts';
import { addPlanOptions, planOverrides, planAndRun, type PlanOptions } from '../plan-run.ts';

const examples = `
It doubles the rate until the objective breaks, halves what lies between,
confirms the answer for longer, and tries once more what lies above it. What is
asked is the scenario's workload, in open load; its claims are judged only where
it is such a search itself.

Exit code: 0 where the objective set the limit; 3 where the load generator or
--most did, so that the answer is more than that, where the machine was too busy
to tell, the budget was spent before, or a replica died; 1 where no rate kept
it.

Examples:
  scale-lab max-rps cache-hit --slo 'p99 < 50ms, error_rate < 0.1%'
  scale-lab max-rps replicas --slo 'p99 < 100ms' --platform docker
  scale-lab max-rps my-api --slo 'p95 < 20ms' --rate 500/s --precision 1%`;

const words = {
  rate: 'the rate that it begins with (default: 100/s)',
  duration: 'measured time of a probe (default: 3s)',
  warmup: 'time before it that is not measured (default: 1s)',
};

interface MaxRpsOptions extends PlanOptions {
  readonly slo?: string;
  readonly confirm?: number;
  readonly precision?: number;
  readonly most?: number;
  readonly budget?: number;
}

async function objectiveOf(slo: string | undefined): Promise<readonly Expectation[] | undefined> {
  if (slo === undefined) return undefined;
  const { parseObjective } = await import('../../scenarios/claims/objective.ts');
  const parsed = parseObjective(slo);
  if (parsed.ok) return parsed.claims;
  const [{ sentence, hint } = { sentence: 'it is not right', hint: undefined }] = parsed.faults;
  throw new UsageError(`--slo: ${sentence}`, hint === undefined ? {} : { hint });
}

function exitCodeOf({ trials }: RunRecord): ExitCode {
  const limits = trials.flatMap(({ search }) => search?.limit ?? []);
  if (limits.includes('nothing')) return exitCodes.failed;
  return limits.every((limit) => limit === 'objective') ? exitCodes.passed : exitCodes.inconclusive;
}

async function execute(name: string, options: MaxRpsOptions, io: Io): Promise<ExitCode> {
  const { planOfSearch } = await import('../../scenarios/planning/search-plan.ts');
  const { scenarioNamed } = await import('../sides.ts');
  const { confirm, precision, most, budget } = options;
  const search = { slo: await objectiveOf(options.slo), confirm, precision, most, budget };
  const outcome = await planAndRun(io, options, (file, seed) =>
    planOfSearch(scenarioNamed(file, name), search, planOverrides(options), seed),
  );
  return outcome === undefined ? exitCodes.passed : exitCodeOf(outcome.record);
}

/** `scale-lab max-rps`: the highest rate that keeps an objective. */
export const maxRpsCommand: CommandFactory = (io, finish) =>
  addPlanOptions(new Command('max-rps'), words)
    .description('find the highest rate of open load that keeps an objective')
    .argument('<scenario>', 'the scenario whose systems and requests are searched')
    .option('--slo <claims>', "the objective: 'p99 < 50ms, error_rate < 0.1%' (default: the scenario's own)")
    .option('--most <rate>', 'the highest rate that may be tried', rate)
    .option('--precision <share>', 'how closely the answer is known (default: 2%)', percentage)
    .option('--budget <time>', 'how long each search may take (default: 5m)', duration)
    .option('--confirm <time>', 'measured time at the answer (default: 10s)', duration)
    .addHelpText('after', examples)
    .action(async (name: string, options: MaxRpsOptions) => finish(await execute(name, options, io)));
