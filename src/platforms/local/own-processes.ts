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
 * count, and neither do processes that this user may not look into, but for a server of PostgreSQL in that folder.
 */
export async function findOwnProcesses(folder: string): Promise<readonly OwnProcess[]> {
  const real = await realpath(folder).catch(() => folder);
  const mark = markOf(real);
  const all = process.platform === 'linux' ? await fromProc(mark, [folder, real]) : await fromPs(mark);
  const own = all.filter(({ isMarked }) => isMarked);
  for (const { pid } of own) own.push(...all.filter((child) => child.parent === pid && !own.includes(child)));
  return own.filter(({ pid }) => pid !== process.pid);
}

/** What has become of processes that were to end. */
export interface Ending {
  /** Those that were asked, and have ended. */
  readonly ended: readonly OwnProcess[];
  /** Those that could not be ended: this user may not, or the kernel holds them. */
  readonly alive: readonly OwnProcess[];
}

/**
 * Ends the processes of the run in a folder, and no others: asks those that have no parent among them (PostgreSQL's server stops its
 * own processes, in order), waits, then kills what is left, again and again, as there may be new ones.
 */
export async function endOwnProcesses(folder: string, graceMs = 2_000): Promise<Ending> {
  const found = await findOwnProcesses(folder);
  const pids = new Set(found.map(({ pid }) => pid));
  const first = found.filter(({ parent }) => !pids.has(parent));
  // SIGINT is what PostgreSQL takes for "now, but in order"; everything else just stops.
  send('SIGINT', first);
  // What stands still hears nothing.
  send('SIGCONT', found);
  let alive = found.length === 0 ? found : await remaining(folder, graceMs);
  if (alive.length > 0) alive = await remaining(folder, graceMs, (left) => send('SIGKILL', left));
  const left = new Set(alive.map(({ pid }) => pid));
  return { ended: first.filter(({ pid }) => !left.has(pid)), alive };
}

/** Who could not be ended, in a sentence that goes on; undefined where all have. */
export function unendedOf({ alive }: Ending): string | undefined {
  if (alive.length === 0) return undefined;
  return `could not be ended: ${alive.map(({ pid, command }) => `${pid} ${command}`).join(', ')}`;
}

/** Waits until no process of a run is left, or time is up: those that are. Each turn has its say on them, and there is one at least. */
async function remaining(
  folder: string,
  limitMs: number,
  eachTurn: (left: readonly OwnProcess[]) => void = () => undefined,
): Promise<readonly OwnProcess[]> {
  const end = performance.now() + limitMs;
  for (;;) {
    // Before they are looked for: on a busy machine that alone may take longer than there is.
    const isLast = performance.now() > end;
    const left = await findOwnProcesses(folder);
    if (left.length === 0 || isLast) return left;
    eachTurn(left);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function send(signal: NodeJS.Signals, processes: readonly OwnProcess[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch {
      // It was faster, or is not for this user to end: then it is found again, and told.
    }
  }
}

/** So many processes are looked at together: each has a file open meanwhile. */
const batch = 64;

async function fromProc(mark: Mark, folders: readonly string[]): Promise<readonly Candidate[]> {
  // That of another pid namespace has other numbers: they would be taken for those of strangers.
  if ((await readlink('/proc/self')) !== String(process.pid)) return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: Candidate[] = [];
  for (let from = 0; from < pids.length; from += batch) {
    const looked = await Promise.all(pids.slice(from, from + batch).map((pid) => candidate(pid, mark, folders)));
    found.push(...looked.filter((process) => process !== undefined));
  }
  return found;
}

async function candidate(pid: number, mark: Mark, folders: readonly string[]): Promise<Candidate | undefined> {
  const status = parseProcStat((await told(readFile(`/proc/${pid}/stat`, 'utf8'))) ?? '');
  if (status === undefined || status.zombie) return undefined;
  const args = ((await told(readFile(`/proc/${pid}/cmdline`, 'utf8'))) ?? '').split('\0');
  const isOurs = (await isMarked(pid, mark)) ?? isServerIn(folders, args);
  return { pid, parent: status.parent, command: args.join(' ').trim(), isMarked: isOurs };
}

/** Whether a process carries a mark; undefined where this user may not know. */
async function isMarked(pid: number, { variable, file }: Mark): Promise<boolean | undefined> {
  const opened = await told(readlink(`/proc/${pid}/fd/${markDescriptor}`));
  // The kernel says so of a file that was removed; who has it open is still to be found.
  if (opened?.replace(/ \(deleted\)$/, '') === file) return true;
  const environment = await told(readFile(`/proc/${pid}/environ`, 'utf8'));
  return environment?.split('\0').includes(variable);
}

/**
 * Whether the arguments of a process, which everybody may read, are those of a PostgreSQL whose data lie in a folder. It may run as
 * another user, whose processes root in a container can end, but not look into.
 */
export function isServerIn(folders: readonly string[], args: readonly string[]): boolean {
  const data = args[args.indexOf('-D') + 1];
  return args.includes('-D') && folders.some((folder) => data?.startsWith(`${folder}/`));
}

/** What /proc tells; undefined where there is no such process any more, no such file of it, or one that is not for this user. */
async function told(reading: Promise<string>): Promise<string | undefined> {
  try {
    return await reading;
  } catch (error) {
    // EPERM is what a /proc that was mounted with hidepid says.
    const silent = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];
    if (error instanceof Error && 'code' in error && silent.includes(String(error.code))) return undefined;
    throw error;
  }
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
