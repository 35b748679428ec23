import { Command, Option } from 'commander';
import { exitCodes, Interruption, type ExitCode } from '../../model/errors.ts';
import { platformNames, type PlatformName } from '../../platforms/platform.ts';
import type { TrialOptions } from '../chosen-trial.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import { contextOption, positive } from '../options.ts';

const examples = `
Ctrl-C is its way to end, with exit code 0. It tells when a service has died.

Examples:
  scale-lab up cache-hit
  scale-lab up thundering-herd --variant lock --replicas 3
  scale-lab up cache-hit --platform docker --detach   # until scale-lab down`;

interface UpOptions extends TrialOptions {
  readonly platform: PlatformName;
  readonly context?: string;
  readonly detach?: boolean;
}

/** Ctrl-C is how a person ends it; any other way out is told by the exit code. */
function isCtrlC(reason: unknown): boolean {
  return reason instanceof Interruption && reason.exitCode === exitCodes.interrupted;
}

async function execute(name: string, options: UpOptions, io: Io): Promise<ExitCode> {
  const { chooseTrial } = await import('../chosen-trial.ts');
  const { file, plan, trial, system } = await chooseTrial(io, name, options);

  const { watchDeaths } = await import('../watch-deaths.ts');
  const { newRunId } = await import('../../record/run-folder.ts');
  const { openPlatform } = await import('../platform.ts');
  const { storesOf } = await import('../../services/system.ts');
  const { isHosted } = await import('../../model/system.ts');
  const { servicesBeside } = await import('../../model/plan.ts');
  const { checkHosting } = await import('../../scenarios/planning/hosting-check.ts');
  const { checkLimits } = await import('../../scenarios/planning/limits-check.ts');
  const { checkActs } = await import('../../scenarios/planning/acts-check.ts');
  const { checkOrchestration } = await import('../../scenarios/planning/orchestration-check.ts');
  const platform = await openPlatform(options.platform, io, { images: file.images, context: options.context });
  // First: what it needs keeps to limits as well, and one hint should do.
  checkOrchestration(plan, platform);
  checkActs(plan, platform);
  checkHosting(plan, platform);
  checkLimits(plan, platform);
  io.endsInOrder();
  await platform.clean(io.signal);
  const detached = options.detach === true;
  const onStep = (step: string): void => io.err.write(`${step}\n`);
  const runId = newRunId(new Date(io.startedAtMs));
  const stores = storesOf([system]);
  const open = servicesBeside(system).some(isHosted);
  const stack = await platform.up({ runId, signal: io.signal, onStep, publish: true, detached, stores, open });
  let isKept = false;
  await using _ = {
    [Symbol.asyncDispose]: async () => {
      if (!isKept) await stack[Symbol.asyncDispose]();
    },
  };
  const deployment = await stack.deploy(system, io.signal);
  io.out.write(
    `${trial.scenario}, ${trial.variant}, ×${trial.replicas}: ${deployment.address ?? 'it has no address on this machine'}\n`,
  );
  if (detached) {
    isKept = true;
    stack.release();
    const named = options.context === undefined ? '' : ` --context ${options.context}`;
    io.err.write(`It runs until: scale-lab down${named}\n`);
    return exitCodes.passed;
  }
  io.err.write('It runs until Ctrl-C. Try: GET /todos/1, /todos?limit=5, /feed, /metrics\n');
  await watchDeaths(deployment, io);
  if (!isCtrlC(io.signal.reason)) io.signal.throwIfAborted();
  return exitCodes.passed;
}

/** `scale-lab up`: a scenario's system, to poke at with curl. */
export const upCommand: CommandFactory = (io, finish) =>
  new Command('up')
    .description('start the system of a scenario without load, print its address, and stay until Ctrl-C')
    .argument('<scenario>', 'the scenario')
    .option('--file <file>', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .addOption(new Option('--platform <name>', 'where it runs').choices(platformNames).default('local'))
    .option(...contextOption)
    .option('--variant <name>', 'the variant (default: the first)')
    .option('--replicas <count>', 'how many replicas (default: the fewest)', positive)
    .option('--detach', 'leave it running, until `scale-lab down`')
    .addHelpText('after', examples)
    .action(async (name: string, options: UpOptions) => finish(await execute(name, options, io)));
