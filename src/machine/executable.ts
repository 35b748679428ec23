import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../model/errors.ts';
import type { Environment } from './environment.ts';

/** A program that the machine has to bring, and how it comes there: by packages, or as its hint says. */
export type Executable = Program & (Packages | { readonly hint: string });

interface Packages {
  readonly debian: string;
  readonly homebrew: string;
}

interface Program {
  readonly name: string;
  /** Prints its version; left out where that takes more than to ask it. */
  readonly versionFlag?: string;
  /** Where it lies if what PATH has under its name is not the program itself, but something that only root may start. */
  readonly firstIn?: readonly string[];
  /** The variable that names the folder in whose `bin` it is, where that is set: before PATH. */
  readonly home?: string;
}

export const redisServer: Executable = {
  name: 'redis-server',
  debian: 'redis-server',
  homebrew: 'redis',
  versionFlag: '-v',
};
export const nginx: Executable = { name: 'nginx', debian: 'nginx-light', homebrew: 'nginx', versionFlag: '-v' };

// Debian puts servers where only root's PATH looks.
const alsoIn = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin'];

/** The path of a program, from PATH and the folders where servers are put; undefined where there is none. */
export async function findExecutable(
  name: string,
  environment: Environment,
  { firstIn = [], home }: Pick<Program, 'firstIn' | 'home'> = {},
): Promise<string | undefined> {
  const homeFolder = home === undefined ? undefined : environment[home];
  const ofHome = homeFolder === undefined || homeFolder === '' ? [] : [path.join(homeFolder, 'bin')];
  const folders = (environment.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const folder of [...firstIn, ...ofHome, ...folders, ...alsoIn]) {
    const candidate = path.join(folder, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return undefined;
}

/** The path of a program, or a LabError that says how to get it. */
export async function requireExecutable(executable: Executable, environment: Environment): Promise<string> {
  const found = await findExecutable(executable.name, environment, executable);
  if (found === undefined) {
    throw new LabError(`${executable.name} is ${whereNot(executable)}.`, { hint: installHint(executable) });
  }
  return found;
}

/** Where a program that is missing was looked for in vain. */
export function whereNot({ home }: Executable): string {
  return home === undefined ? 'not on PATH' : `not on PATH, nor in bin of ${home}`;
}

/** How to get a program that is missing. */
export function installHint(executable: Executable): string {
  if ('hint' in executable) return executable.hint;
  const { debian, homebrew } = executable;
  return process.platform === 'darwin'
    ? `Install it: brew install ${homebrew}`
    : `Install it: apt-get install ${debian} (Debian, Ubuntu), brew install ${homebrew} (macOS).`;
}

/** What a program prints, on either stream, when asked for its version; fails if it cannot be run, and as soon as the signal is given. */
export function printedVersion(
  command: string,
  flag: string,
  signal: AbortSignal,
  options: { uid?: number; gid?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [flag], { ...options, timeout: 5_000, signal }, (error, stdout, stderr) => {
      if (error instanceof Error) reject(error);
      else resolve(/\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'unknown');
    });
  });
}
