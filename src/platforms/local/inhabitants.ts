import { execFile } from 'node:child_process';
import { readFile, readdir, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { processStatus } from '../common/owner.ts';

/** The variable by which a process that has to run elsewhere is known: the folder of its run. */
export const runVariable = 'SCALE_LAB_RUN';

/** A process that works in the folder of a run, or says by its environment that it belongs to it. */
export interface Inhabitant {
  readonly pid: number;
  readonly command: string;
}

/** The processes that live in a folder, or are told to belong there (that is seen on Linux only). Zombies do not count, and neither do processes that this user may not look into. */
export async function findInhabitants(folder: string): Promise<readonly Inhabitant[]> {
  const real = await realpath(folder).catch(() => folder);
  const all = process.platform === 'linux' ? await fromProc(real) : await fromLsof(real);
  return all.filter(({ pid }) => pid !== process.pid);
}

/**
 * Ends the processes that live in a folder: asks those that have no parent among them (PostgreSQL's server stops its
 * own processes, in order), waits, then kills what is left. Returns those that it asked.
 */
export async function endInhabitants(folder: string, graceMs = 2_000): Promise<readonly Inhabitant[]> {
  const found = await findInhabitants(folder);
  const pids = new Set(found.map(({ pid }) => pid));
  const parents = await Promise.all(found.map(async ({ pid }) => (await processStatus(pid))?.parent));
  const first = found.filter((_, index) => !pids.has(parents[index] ?? 0));
  // SIGINT is what PostgreSQL takes for "now, but in order"; everything else just stops.
  for (const { pid } of first) kill(pid, 'SIGINT');
  if (found.length === 0 || (await areGone(folder, graceMs))) return first;
  for (const { pid } of await findInhabitants(folder)) kill(pid, 'SIGKILL');
  await areGone(folder, graceMs);
  return first;
}

async function areGone(folder: string, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    if ((await findInhabitants(folder)).length === 0) return true;
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It was faster.
  }
}

async function fromProc(folder: string): Promise<readonly Inhabitant[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => inhabitant(pid, folder)));
  return found.filter((process) => process !== undefined);
}

async function inhabitant(pid: number, folder: string): Promise<Inhabitant | undefined> {
  try {
    // The kernel marks a folder that was removed; who sits in one is still to be found.
    const cwd = (await readlink(`/proc/${pid}/cwd`)).replace(/ \(deleted\)$/, '');
    const isInside = cwd === folder || cwd.startsWith(folder + path.sep);
    if (!isInside && !(await isTold(pid, folder))) return undefined;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    return { pid, command };
  } catch {
    return undefined;
  }
}

async function isTold(pid: number, folder: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
  return environment.split('\0').includes(`${runVariable}=${folder}`);
}

async function fromLsof(folder: string): Promise<readonly Inhabitant[]> {
  // Exits with 1 where it found nothing or may not see everything; what it printed counts all the same.
  const printed = await promisify(execFile)('lsof', ['-a', '-d', 'cwd', '-F', 'pcn'], { maxBuffer: 2 ** 26 }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : ''),
  );
  return parseLsof(printed, folder);
}

/** Reads what `lsof -d cwd -F pcn` printed: for each process lines with p(id), c(ommand) and n(ame of its folder). */
export function parseLsof(text: string, folder: string): readonly Inhabitant[] {
  const found: Inhabitant[] = [];
  let pid = 0;
  let command = '';
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    if (line.startsWith('c')) command = value;
    if (line.startsWith('n') && (value === folder || value.startsWith(folder + path.sep))) found.push({ pid, command });
  }
  return found;
}
