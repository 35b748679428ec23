import { Command, Option } from 'commander';
import { exitCodes, Interruption, UsageError, type ExitCode } from '../../errors.ts';
import { platformNames, type PlatformName } from '../../platforms/platform.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import { positive } from '../options.ts';

const examples = `
Ctrl-C is its way to end, with exit code 0.

Examples:
  scale-lab up cache-hit
  scale-lab up thundering-herd --variant lock --replicas 3
  scale-lab up cache-hit --platform docker --detach   # until scale-lab down`;

interface UpOptions {
  readonly file?: string;
  readonly platform: PlatformName;
  readonly variant?: string;
  readonly replicas?: number;
  readonly detach?: boolean;
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // The timer keeps the process alive: nothing else that this command waits for does.
  const alive = setInterval(() => undefined, 60_000);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  clearInterval(alive);
}

/** Ctrl-C is how a person ends it; any other way out is told by the exit code. */
function isCtrlC(reason: unknown): boolean {
  return reason instanceof Interruption && reason.exitCode === exitCodes.interrupted;
}

async function execute(name: string, options: UpOptions, io: Io): Promise<ExitCode> {
  const { loadScenarioFile } = await import('../scenario-file.ts');
  const { planOf } = await import('../../scenarios/expand.ts');
  const file = await loadScenarioFile(io, options.file);
  if (file.suites.some((suite) => suite.name === name)) {
    const members = file.scenarios.map((scenario) => scenario.name).join(', ');
    throw new UsageError(`"${name}" is a suite; up starts one scenario.`, { hint: `There are: ${members}` });
  }
  const overrides = {
    variants: options.variant === undefined ? undefined : [options.variant],
    replicas: options.replicas === undefined ? undefined : [options.replicas],
  };
  const plan = planOf(file, [name], overrides, 0);
  // In the order of the file: the first variant at the lowest replica count, unless told otherwise.
  const variant = plan.scenarios[0]?.variants[0]?.name;
  const [trial] = plan.trials
    .filter((candidate) => candidate.variant === variant)
    .sort((one, other) => one.replicas - other.replicas);
  if (!trial) throw new UsageError(`"${name}" has nothing to start.`);
  const { system } = trial;
  if (system.kind === 'url') {
    throw new UsageError(`"${name}", ${trial.variant}, runs already at ${system.url}: there is nothing to start.`);
  }

  const { newRunId } = await import('../../run-folder.ts');
  const { openPlatform } = await import('../platform.ts');
  const { checkLimits } = await import('../../scenarios/limits-check.ts');
  const { checkOrchestration } = await import('../../scenarios/orchestration-check.ts');
  const platform = await openPlatform(options.platform, io, file.images);
  // First: what it needs keeps to limits as well, and one hint should do.
  checkOrchestration(plan, platform);
  checkLimits(plan, platform);
  await platform.clean(io.signal);
  const detached = options.detach === true;
  const onStep = (step: string): void => io.err.write(`${step}\n`);
  const runId = newRunId(new Date(io.startedAtMs));
  const stack = await platform.up({ runId, signal: io.signal, onStep, publish: true, detached });
  let isKept = false;
  try {
    const deployment = await stack.deploy(system, io.signal);
    io.out.write(
      `${trial.scenario}, ${trial.variant}, ×${trial.replicas}: ${deployment.address ?? 'not reachable from here'}\n`,
    );
    if (detached) {
      isKept = true;
      stack.release();
      io.err.write('It runs until: scale-lab down\n');
      return exitCodes.passed;
    }
    io.err.write('It runs until Ctrl-C. Try: GET /todos/1, /todos?limit=5, /feed, /metrics\n');
    await untilAborted(io.signal);
    if (!isCtrlC(io.signal.reason)) io.signal.throwIfAborted();
    return exitCodes.passed;
  } finally {
    if (!isKept) await stack[Symbol.asyncDispose]();
  }
}

/** `scale-lab up`: a scenario's system, to poke at with curl. */
export const upCommand: CommandFactory = (io, finish) =>
  new Command('up')
    .description('start the system of a scenario without load, print its address, and stay until Ctrl-C')
    .argument('<scenario>', 'the scenario')
    .option('--file <file>', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .addOption(new Option('--platform <name>', 'where it runs').choices(platformNames).default('local'))
    .option('--variant <name>', 'the variant (default: the first)')
    .option('--replicas <count>', 'how many replicas (default: the fewest)', positive)
    .option('--detach', 'leave it running, until `scale-lab down`')
    .addHelpText('after', examples)
    .action(async (name: string, options: UpOptions) => finish(await execute(name, options, io)));
