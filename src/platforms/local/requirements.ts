import { access, constants, statfs } from 'node:fs/promises';
import type { Environment } from '../../machine/environment.ts';
import {
  type Executable,
  findExecutable,
  installHint,
  nginx,
  printedVersion,
  redisServer,
} from '../../machine/executable.ts';
import { messageOf } from '../../model/errors.ts';
import { catalogue } from '../../services/catalogue.ts';
import { binariesVersion, installedBinaries } from '../../services/postgres/binaries.ts';
import { type Programs, builtPrograms } from '../common/programs.ts';
import type { Requirement } from '../platform.ts';

/** What the platform is told of the machine, once. */
export interface LocalPlatformOptions {
  readonly environment: Environment;
  /** Where the folders of runs are made. */
  readonly temporaryFolder: string;
  readonly programs: Programs;
}

const neededMegabytes = 200;

/** What this platform needs from the machine, in the order in which a user would mend it. */
export async function localRequirements(
  options: LocalPlatformOptions,
  signal: AbortSignal,
): Promise<readonly Requirement[]> {
  const found = await Promise.all([
    postgresBinaries(signal),
    executable(redisServer, 'scenarios with a cache', options, signal),
    executable(nginx, 'several replicas', options, signal),
    ...catalogue.flatMap(({ name, executables = [] }) =>
      executables.map((wanted) => executable(wanted, `scenarios with ${name}`, options, signal)),
    ),
    temporaryFolder(options),
  ]);
  signal.throwIfAborted();
  return [nodeVersion(process.versions.node), builtPrograms(options.programs), ...found];
}

/** Whether this Node.js is new enough. */
export function nodeVersion(version: string): Requirement {
  const name = 'Node.js';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return { name, met: true, found: version };
  return { name, met: false, problem: `it is ${version}`, fix: 'Install Node.js 20.19 or later.' };
}

async function postgresBinaries(signal: AbortSignal): Promise<Requirement> {
  const name = 'PostgreSQL';
  try {
    return { name, met: true, found: await binariesVersion(installedBinaries(), signal) };
  } catch (error) {
    return {
      name,
      met: false,
      problem: messageOf(error),
      fix: 'Remove node_modules and run npm ci, without --omit=optional.',
    };
  }
}

async function executable(
  wanted: Executable,
  onlyFor: string,
  { environment }: LocalPlatformOptions,
  signal: AbortSignal,
): Promise<Requirement> {
  const { name, versionFlag, firstIn } = wanted;
  const found = await findExecutable(name, environment, firstIn);
  if (found === undefined) return { name, met: false, problem: 'not on PATH', fix: installHint(wanted), onlyFor };
  if (versionFlag === undefined) return { name, met: true, found };
  try {
    return { name, met: true, found: `${await printedVersion(found, versionFlag, signal)} (${found})` };
  } catch (error) {
    return { name, met: false, problem: messageOf(error), fix: installHint(wanted), onlyFor };
  }
}

async function temporaryFolder({ temporaryFolder: folder }: LocalPlatformOptions): Promise<Requirement> {
  const name = 'temporary folder';
  const fix = `Set TMPDIR to a folder that you may write to and that has ${neededMegabytes} MB free.`;
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(folder);
    const megabytes = Math.floor((bavail * bsize) / 2 ** 20);
    if (megabytes < neededMegabytes) return { name, met: false, problem: `${folder} has ${megabytes} MB free`, fix };
    return { name, met: true, found: `${folder}, ${megabytes} MB free` };
  } catch (error) {
    return { name, met: false, problem: `${folder} cannot be used: ${messageOf(error)}`, fix };
  }
}
