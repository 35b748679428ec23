import { execFile } from 'node:child_process';
import { type FileHandle, open, readFile, readdir, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseProcStat } from '../../machine/owner.ts';

/**
 * What everything that a run starts on this machine carries, and hands on to what it starts itself: a variable of its environment,
 * and an open file. Programs that write a title over their environment (PostgreSQL, Redis, nginx) keep the file; those that close
 * files (Node.js, Python) keep the variable. Neither depends on where a process works, or who its parent is.
 */
export interface Mark {
  /** As it stands in an environment. */
  readonly variable: string;
  readonly file: string;
}

const variableName = 'SCALE_LAB_RUN';

/** The number that the file has in every process: one that no program gets to by opening files of its own. */
export const markDescriptor = 100;

/** The mark of the run in a folder. */
export function markOf(folder: string): Mark {
  return { variable: `${variableName}=${path.basename(folder)}`, file: path.join(folder, 'mark') };
}

/** The variable of a run, for an environment. */
export function markVariable(folder: string): Readonly<Record<string, string>> {
  return { [variableName]: path.basename(folder) };
}

/** Opens the file of a run, to be handed to a process as {@link markDescriptor}. */
export async function openMark(folder: string): Promise<FileHandle> {
  return open(markOf(folder).file, 'a', 0o600);
}

/** A process that a run has started, or that such a process has. */
export interface OwnProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** A process of this machine. */
interface Candidate extends OwnProcess {
  readonly isMarked: boolean;
}

/**
 * The processes that the run in a folder has started, with all that those have: the marked ones and their children. Zombies do not
 * count, and neither do processes that this user may not look into.
 */
export async function findOwnProcesses(folder: string): Promise<readonly OwnProcess[]> {
  const mark = markOf(await realpath(folder).catch(() => folder));
  const all = process.platform === 'linux' ? await fromProc(mark) : await fromPs(mark);
  const own = all.filter(({ isMarked }) => isMarked);
  for (const { pid } of own) own.push(...all.filter((child) => child.parent === pid && !own.includes(child)));
  return own.filter(({ pid }) => pid !== process.pid);
}

/**
 * Ends the processes of the run in a folder, and no others: asks those that have no parent among them (PostgreSQL's server stops its
 * own processes, in order), waits, then kills what is left. Returns those that it asked.
 */
export async function endOwnProcesses(folder: string, graceMs = 2_000): Promise<readonly OwnProcess[]> {
  const found = await findOwnProcesses(folder);
  const pids = new Set(found.map(({ pid }) => pid));
  const first = found.filter(({ parent }) => !pids.has(parent));
  // SIGINT is what PostgreSQL takes for "now, but in order"; everything else just stops.
  for (const { pid } of first) kill(pid, 'SIGINT');
  if (found.length === 0 || (await areGone(folder, graceMs))) return first;
  for (const { pid } of await findOwnProcesses(folder)) kill(pid, 'SIGKILL');
  await areGone(folder, graceMs);
  return first;
}

async function areGone(folder: string, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    if ((await findOwnProcesses(folder)).length === 0) return true;
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

async function fromProc(mark: Mark): Promise<readonly Candidate[]> {
  // That of another pid namespace has other numbers: they would be taken for those of strangers.
  if ((await readlink('/proc/self')) !== String(process.pid)) return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => candidate(pid, mark)));
  return found.filter((process) => process !== undefined);
}

async function candidate(pid: number, mark: Mark): Promise<Candidate | undefined> {
  try {
    const status = parseProcStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    if (status === undefined || status.zombie) return undefined;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    return { pid, parent: status.parent, command, isMarked: await isMarked(pid, mark) };
  } catch {
    return undefined;
  }
}

async function isMarked(pid: number, { variable, file }: Mark): Promise<boolean> {
  const opened = await readlink(`/proc/${pid}/fd/${markDescriptor}`).catch(() => '');
  // The kernel says so of a file that was removed; who has it open is still to be found.
  if (opened.replace(/ \(deleted\)$/, '') === file) return true;
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(variable);
}

/** What tools print that there are without /proc. */
export interface Printed {
  /** Of `ps`: process, parent, state and command. */
  readonly commands: string;
  /** The same, with the environment after each command. */
  readonly environments: string;
  /** Of `lsof -F pn`: for each process a line with p(id), and one with n(ame) for each file. */
  readonly files: string;
}

/** Asks them. */
export async function printedByTools(): Promise<Printed> {
  const columns = ['pid=', 'ppid=', 'stat=', 'command='].flatMap((column) => ['-o', column]);
  // macOS has an option for the environment; Linux, where this is only tried, a letter of the old kind.
  const withEnvironment = process.platform === 'darwin' ? '-axwwE' : 'axwwe';
  const [commands, environments, files] = await Promise.all([
    printed('ps', ['-axww', ...columns]),
    printed('ps', [withEnvironment, ...columns]),
    // Exits with 1 where it found nothing or may not see everything; what it printed counts all the same.
    printed('lsof', ['-a', '-d', String(markDescriptor), '-F', 'pn']),
  ]);
  return { commands, environments, files };
}

async function printed(program: string, args: readonly string[]): Promise<string> {
  const environment = { PATH: '/bin:/usr/bin:/sbin:/usr/sbin', LC_ALL: 'C' };
  return promisify(execFile)(program, args, { env: environment, maxBuffer: 2 ** 26 }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : ''),
  );
}

async function fromPs(mark: Mark): Promise<readonly Candidate[]> {
  return candidatesIn(await printedByTools(), mark);
}

const line = /^\s*(?<pid>\d+)\s+(?<parent>\d+)\s+(?<state>\S+)\s+(?<command>.*)$/;

/** The processes that tools have printed, and which of them carry a mark. */
export function candidatesIn({ commands, environments, files }: Printed, mark: Mark): readonly Candidate[] {
  const texts = new Map(linesOf(environments).map(({ pid, command }) => [pid, command]));
  const holders = holdersOf(files, mark.file);
  return linesOf(commands).flatMap(({ pid, parent, state, command }): readonly Candidate[] => {
    if (state.startsWith('Z')) return [];
    // An argument may look like a variable, but a mark stands in the environment.
    const text = texts.get(pid) ?? '';
    const environment = text.startsWith(command) ? text.slice(command.length).split(' ') : [];
    return [{ pid, parent, command, isMarked: holders.has(pid) || environment.includes(mark.variable) }];
  });
}

function linesOf(text: string) {
  return text.split('\n').flatMap((printed) => {
    const { pid, parent, state = '', command = '' } = line.exec(printed)?.groups ?? {};
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state, command }];
  });
}

/** The processes that have a file open. */
function holdersOf(files: string, file: string): ReadonlySet<number> {
  const holders = new Set<number>();
  let pid = 0;
  for (const text of files.split('\n')) {
    if (text.startsWith('p')) pid = Number(text.slice(1));
    if (text === `n${file}`) holders.add(pid);
  }
  return holders;
}
