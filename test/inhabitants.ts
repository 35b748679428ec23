import { execFile } from 'node:child_process';
import { readFile, readdir, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** A process that has to do with a folder. */
export interface Inhabitant {
  readonly pid: number;
  readonly command: string;
}

/**
 * All processes that work in a folder or below it, or have a file of it open: also those that the lab has not started, and so would
 * leave alone. What is left of a run is looked for by other means than the lab's own.
 */
export async function findInhabitants(folder: string): Promise<readonly Inhabitant[]> {
  const real = await realpath(folder).catch(() => folder);
  const all = process.platform === 'linux' ? await fromProc(real) : await fromLsof(real);
  return all.filter(({ pid }) => pid !== process.pid);
}

function isInside(file: string, folder: string): boolean {
  // The kernel marks a folder that was removed; who sits in one is still to be found.
  const bare = file.replace(/ \(deleted\)$/, '');
  return bare === folder || bare.startsWith(folder + path.sep);
}

async function fromProc(folder: string): Promise<readonly Inhabitant[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => inhabitant(pid, folder)));
  return found.filter((process) => process !== undefined);
}

async function inhabitant(pid: number, folder: string): Promise<Inhabitant | undefined> {
  try {
    const descriptors = await readdir(`/proc/${pid}/fd`);
    const links = ['cwd', ...descriptors.map((name) => `fd/${name}`)];
    const files = await Promise.all(links.map((link) => readlink(`/proc/${pid}/${link}`).catch(() => '')));
    if (!files.some((file) => isInside(file, folder))) return undefined;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    return { pid, command };
  } catch {
    // It has ended, or is somebody else's.
    return undefined;
  }
}

async function fromLsof(folder: string): Promise<readonly Inhabitant[]> {
  // Exits with 1 where it found nothing or may not see everything; what it printed counts all the same.
  const printed = await promisify(execFile)('lsof', ['-F', 'pcn'], { maxBuffer: 2 ** 28 }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : ''),
  );
  const found = new Map<number, Inhabitant>();
  let pid = 0;
  let command = '';
  for (const line of printed.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    if (line.startsWith('c')) command = value;
    if (line.startsWith('n') && isInside(value, folder)) found.set(pid, { pid, command });
  }
  return [...found.values()];
}
