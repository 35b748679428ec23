import { Command, Option } from 'commander';
import { exitCodes, type ExitCode } from '../../model/errors.ts';
import { conditionsOf } from '../command-again.ts';
import type { CommandFactory } from '../command.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { addPlanOptions, planOverrides, planAndRun, type PlanOptions } from '../plan-run.ts';

const examples = `
Without a name it runs the suite "quickstart".

Examples:
  scale-lab run
  scale-lab run thundering-herd --variant none,lock --replicas 1,2
  scale-lab run cache-hit --predict
  scale-lab run cache-hit --connections 100 --duration 30s --rounds 3
  scale-lab run my-open-load --rate 2000/s --workers 2
  scale-lab run replicas --platform minikube
  scale-lab run autoscale --platform kubernetes --context my-cluster --workers 4
  scale-lab run --dry-run`;

const words = {
  rate: 'rate of open load that has no stages, e.g. 500/s',
  duration: 'measured time of a trial, e.g. 10s',
  warmup: 'time before it that is not measured, e.g. 2s',
};

interface RunOptions extends PlanOptions {
  readonly predict?: boolean;
}

async function execute(names: readonly string[], options: RunOptions, io: Io): Promise<ExitCode> {
  const { planOf } = await import('../../scenarios/planning/expand.ts');
  const { askGuesses, showGuesses } = await import('../prediction.ts');
  let guesses: Awaited<ReturnType<typeof askGuesses>> = [];
  const outcome = await planAndRun(io, options, (file, seed) => planOf(file, names, planOverrides(options), seed), {
    begin: async (plan) => {
      if (options.predict) guesses = await askGuesses(io, plan);
    },
    conditions: (command, { load }) => conditionsOf(io.args, command, load),
  });
  if (outcome === undefined) return exitCodes.passed;
  showGuesses(io, guesses, outcome.record);
  return exitCodeOf(outcome.record);
}

/** `scale-lab run`: the lab's main job. */
export const runCommand: CommandFactory = (io, finish) =>
  addPlanOptions(new Command('run'), words)
    .description('start a real system, put load on it, and report what came out and which claims held')
    .argument('[scenario...]', 'scenarios or suites (default: the suite "quickstart")')
    .addOption(
      new Option('--predict', 'ask for your guess first, and set it beside the result').conflicts(['json', 'quiet']),
    )
    .addHelpText('after', examples)
    .action(async (names: readonly string[], options: RunOptions) => finish(await execute(names, options, io)));
