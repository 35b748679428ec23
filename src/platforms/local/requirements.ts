import { access, constants, statfs } from 'node:fs/promises';
import os from 'node:os';
import type { Environment } from '../../machine/environment.ts';
import {
  type Executable,
  findExecutable,
  installHint,
  nginx,
  printedVersion,
  redisServer,
  whereNot,
} from '../../machine/executable.ts';
import { messageOf } from '../../model/errors.ts';
import { catalogue } from '../../services/catalogue.ts';
import { binariesVersion, installedBinaries } from '../../services/postgres/binaries.ts';
import type { Entry } from '../../services/service.ts';
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

/** What alone needs something. */
type Whom = Pick<Extract<Requirement, { met: false }>, 'onlyFor' | 'entry'>;

/** What this platform needs from the machine, in the order in which a user would mend it. */
export async function localRequirements(
  options: LocalPlatformOptions,
  signal: AbortSignal,
): Promise<readonly Requirement[]> {
  const found = await Promise.all([
    postgresBinaries(signal),
    executable(redisServer, { onlyFor: 'scenarios with a cache' }, options, signal),
    executable(nginx, { onlyFor: 'several replicas' }, options, signal),
    ...catalogue.flatMap((entry) => needsOf(entry, options, signal)),
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

/** What an entry of the catalogue needs of this machine, and nothing else does. */
function needsOf(
  { name, executables = [], memoryBytes }: Entry,
  options: LocalPlatformOptions,
  signal: AbortSignal,
): readonly (Requirement | Promise<Requirement>)[] {
  const whom = { onlyFor: `scenarios with ${name}`, entry: name };
  const programs = executables.map((wanted) => executable(wanted, whom, options, signal));
  return memoryBytes === undefined ? programs : [...programs, memory(memoryBytes, whom)];
}

/** Whether there is so much memory for an entry; what the system does not tell is no reason to do without. */
function memory(neededBytes: number, whom: Required<Whom>): Requirement {
  const name = `memory for ${whom.entry}`;
  // Elsewhere memory that only keeps what is on disk counts as taken.
  if (process.platform !== 'linux') return { name, met: true, found: `it takes ${inMegabytes(neededBytes)}` };
  // Of a container with a limit, the first is what its limit leaves: the machine may have less.
  const free = Math.min(process.availableMemory(), os.freemem());
  if (free >= neededBytes)
    return { name, met: true, found: `${inMegabytes(free)}, it takes ${inMegabytes(neededBytes)}` };
  const problem = `it takes ${inMegabytes(neededBytes)}, and ${inMegabytes(free)} are free`;
  return { name, met: false, problem, fix: 'End programs that you do not need.', ...whom };
}

function inMegabytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MB`;
}

async function executable(
  wanted: Executable,
  whom: Whom,
  { environment }: LocalPlatformOptions,
  signal: AbortSignal,
): Promise<Requirement> {
  const { name, versionFlag } = wanted;
  const found = await findExecutable(name, environment, wanted);
  if (found === undefined) {
    return { name, met: false, problem: whereNot(wanted), fix: installHint(wanted), ...whom };
  }
  if (versionFlag === undefined) return { name, met: true, found };
  try {
    return { name, met: true, found: `${await printedVersion(found, versionFlag, signal)} (${found})` };
  } catch (error) {
    return { name, met: false, problem: messageOf(error), fix: installHint(wanted), ...whom };
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
