import { inheritedEnvironment } from '../../machine/environment.ts';
import { isLeftOver, isLeftRunning, ownerOfRun } from '../../machine/owner.ts';
import { together } from '../../machine/together.ts';
import { actKinds } from '../../model/acts.ts';
import { messageOf } from '../../model/errors.ts';
import type { Service } from '../../services/service.ts';
import { possibleBalancer } from '../../services/system.ts';
import { requireBuilt } from '../common/programs.ts';
import type { Platform, Stack, StackOptions } from '../platform.ts';
import { startStores } from '../runner/start.ts';
import { LocalHost } from './host.ts';
import { removeRuns } from './leftovers.ts';
import { machineFor } from './located-service.ts';
import { type LocalPlatformOptions, localRequirements } from './requirements.ts';
import { RunContext } from './run-context.ts';
import { createRunFolder, folderError } from './run-folder.ts';
import { LocalStack, closeRun } from './stack.ts';

/** The platform that runs everything as processes of this machine. */
export function createLocalPlatform(options: LocalPlatformOptions): Platform {
  return {
    name: 'local',
    enforcesLimits: false,
    hosts: ['command'],
    reachesUrls: true,
    acts: actKinds.filter((kind) => kind !== 'roll-out'),
    orchestrates: false,
    requirements: (signal) => localRequirements(options, signal),
    up: (stackOptions) => up(options, stackOptions),
    clean: (signal, { onSkip } = {}) => removeRuns(options.temporaryFolder, isLeftOver, signal, onSkip),
    down: (signal, { onSkip } = {}) => removeRuns(options.temporaryFolder, isLeftRunning, signal, onSkip),
  };
}

async function up(options: LocalPlatformOptions, stackOptions: StackOptions): Promise<Stack> {
  const { runId, signal, onStep, detached = false, stores } = stackOptions;
  const isBare = stores.length === 0;
  const { programs } = options;
  signal.throwIfAborted();
  requireBuilt(programs);
  const folder = await createRunFolder(options.temporaryFolder, await ownerOfRun(runId, detached));
  const run = new RunContext(folder, inheritedEnvironment(options.environment), onStep);
  const host = new LocalHost(run, options);
  if (isBare) return new LocalStack(run, programs, host, [], {});
  try {
    return await start(run, host, options, stores, signal);
  } catch (error) {
    // What went wrong first is what the user has to know.
    await closeRun(run).catch((problem: unknown) => onStep(`the clean-up failed: ${messageOf(problem)}`));
    throw folderError(error, folder);
  }
}

async function start(
  run: RunContext,
  host: LocalHost,
  options: LocalPlatformOptions,
  wanted: readonly Service[],
  signal: AbortSignal,
): Promise<Stack> {
  const [stores, inFront] = await together(signal, (limited) => [
    startStores(host, wanted, limited),
    balancerVersion(run, options, limited),
  ]);
  const versions = stores.map(({ service, version }) => [service.version?.name ?? service.name, version] as const);
  return new LocalStack(run, options.programs, host, stores, { ...Object.fromEntries(versions), ...inFront });
}

/** Only more than one copy needs it: who has none is told then. */
async function balancerVersion(
  run: RunContext,
  options: LocalPlatformOptions,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { program, version } = possibleBalancer;
  if (program === undefined || version === undefined) return {};
  const found = await program.locate(await machineFor(run, program, options), signal).catch(() => undefined);
  return found?.version === undefined ? {} : { [version.name]: found.version };
}
