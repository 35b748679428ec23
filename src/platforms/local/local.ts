import { LabError, messageOf } from '../../errors.ts';
import { type Environment, inheritedEnvironment } from '../common/app-environment.ts';
import { findExecutable, nginx, printedVersion } from '../common/executable.ts';
import { type Programs, missingPrograms } from '../common/programs.ts';
import { nobody, thisOwner } from '../common/owner.ts';
import { together } from '../common/together.ts';
import type { Platform, Stack, StackOptions } from '../platform.ts';
import { removeDetached, removeOrphans } from './leftovers.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { localRequirements } from './requirements.ts';
import { RunContext } from './run-context.ts';
import { createRunFolder, folderError } from './run-folder.ts';
import { LocalStack, closeRun } from './stack.ts';

/** What the platform is told of the machine, once. */
export interface LocalPlatformOptions {
  readonly environment: Environment;
  /** Where the folders of runs are made. */
  readonly temporaryFolder: string;
  readonly programs: Programs;
}

/** The platform that runs everything as processes of this machine. */
export function createLocalPlatform(options: LocalPlatformOptions): Platform {
  return {
    name: 'local',
    enforcesLimits: false,
    requirements: () => localRequirements(options),
    up: (stackOptions) => up(options, stackOptions),
    clean: (signal) => removeOrphans(options.temporaryFolder, signal),
    down: (signal) => removeDetached(options.temporaryFolder, signal),
  };
}

async function up(options: LocalPlatformOptions, { runId, signal, onStep, detached }: StackOptions): Promise<Stack> {
  signal.throwIfAborted();
  const missing = missingPrograms(options.programs);
  if (missing.length > 0) throw new LabError(`Not built: ${missing.join(', ')}.`, { hint: 'Run npm run build.' });
  const owner = detached === true ? nobody(runId) : await thisOwner(runId);
  const folder = await createRunFolder(options.temporaryFolder, owner);
  const run = new RunContext(folder, inheritedEnvironment(options.environment), onStep);
  try {
    const [postgres, redis, nginxVersion] = await together(signal, (limited) => [
      startPostgres(run, limited),
      startRedis(run, limited),
      findNginxVersion(options.environment),
    ]);
    const versions = {
      postgresql: postgres.version,
      redis: redis.version,
      ...(nginxVersion === undefined ? {} : { nginx: nginxVersion }),
    };
    return new LocalStack(run, options.programs, { postgres, redis, versions });
  } catch (error) {
    // What went wrong first is what the user has to know.
    await closeRun(run).catch((problem: unknown) => onStep(`the clean-up failed: ${messageOf(problem)}`));
    throw folderError(error, folder);
  }
}

/** Only more than one replica needs it: who has none is told then. */
async function findNginxVersion(environment: Environment): Promise<string | undefined> {
  const found = await findExecutable(nginx.name, environment);
  return found === undefined ? undefined : printedVersion(found, '-v').catch(() => undefined);
}
