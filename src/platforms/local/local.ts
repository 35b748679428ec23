import { type Environment, inheritedEnvironment } from '../../machine/environment.ts';
import { findExecutable, nginx, printedVersion } from '../../machine/executable.ts';
import { ownerOfRun } from '../../machine/owner.ts';
import { together } from '../../machine/together.ts';
import { messageOf } from '../../model/errors.ts';
import { step } from '../../model/steps.ts';
import { requireBuilt } from '../common/programs.ts';
import type { Platform, Stack, StackOptions } from '../platform.ts';
import { removeDetached, removeOrphans } from './leftovers.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
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
    acts: [],
    orchestrates: false,
    requirements: (signal) => localRequirements(options, signal),
    up: (stackOptions) => up(options, stackOptions),
    clean: (signal, { onSkip } = {}) => removeOrphans(options.temporaryFolder, signal, onSkip),
    down: (signal, { onSkip } = {}) => removeDetached(options.temporaryFolder, signal, onSkip),
  };
}

async function up(options: LocalPlatformOptions, stackOptions: StackOptions): Promise<Stack> {
  const { runId, signal, onStep, detached = false, bare = false, cacheless = false } = stackOptions;
  const { programs } = options;
  signal.throwIfAborted();
  requireBuilt(bare ? { worker: programs.worker } : programs);
  const folder = await createRunFolder(options.temporaryFolder, await ownerOfRun(runId, detached));
  const run = new RunContext(folder, inheritedEnvironment(options.environment), onStep);
  if (bare) return new LocalStack(run, options, undefined, {});
  try {
    return await start(run, options, cacheless, signal);
  } catch (error) {
    // What went wrong first is what the user has to know.
    await closeRun(run).catch((problem: unknown) => onStep(`the clean-up failed: ${messageOf(problem)}`));
    throw folderError(error, folder);
  }
}

async function start(
  run: RunContext,
  options: LocalPlatformOptions,
  cacheless: boolean,
  signal: AbortSignal,
): Promise<Stack> {
  const [postgres, redis, nginxVersion] = await together(signal, (limited) => [
    startPostgres(run, limited),
    cacheless ? Promise.resolve(undefined) : step(run.onStep, 'Redis starts', () => startRedis(run, limited)),
    findNginxVersion(options.environment, limited),
  ]);
  const versions = {
    postgresql: postgres.version,
    ...(redis === undefined ? {} : { redis: redis.version }),
    ...(nginxVersion === undefined ? {} : { nginx: nginxVersion }),
  };
  return new LocalStack(run, options, { postgres, redis }, versions);
}

/** Only more than one replica needs it: who has none is told then. */
async function findNginxVersion(environment: Environment, signal: AbortSignal): Promise<string | undefined> {
  const found = await findExecutable(nginx.name, environment);
  return found === undefined ? undefined : printedVersion(found, '-v', signal).catch(() => undefined);
}
