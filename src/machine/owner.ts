import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Where a process id means something. Containers may share a folder or an Engine, and have numbers of their own each. */
export interface Place {
  /** The beginning of the id that Linux gives each of its boots; `0` elsewhere. */
  readonly boot: string;
  /** The number of the pid namespace; 0 on systems that have none. */
  readonly pidNamespace: number;
}

/** Who owns what a run creates. A process id alone may be somebody else's by now, so the start of the process is part of it. */
export interface Owner {
  readonly runId: string;
  readonly pid: number;
  /** In the unit of the operating system: clock ticks since boot on Linux, seconds since 1970 elsewhere. */
  readonly start: number;
  /** Undefined for what was left running on purpose, and is bound to no place. */
  readonly place: Place | undefined;
}

/** What the operating system says of a process. */
export interface ProcessStatus {
  readonly parent: number;
  readonly start: number;
  /** It has ended, but its parent has not taken note. */
  readonly zombie: boolean;
}

const label = /^scale-lab-(?<runId>[\w.-]+)-(?<process>\d+-\d+-[\da-f]+-\d+)$/;
const ownProcess = /^(?<pid>\d+)-(?<start>\d+)-(?<boot>[\da-f]+)-(?<pidNamespace>\d+)$/;

/** The label of everything that a run creates: as a name, so that nothing exists for a moment without it. */
export function ownerLabel(owner: Owner): string {
  return `scale-lab-${owner.runId}-${processOf(owner)}`;
}

/** Reads a label back; undefined for a name that is not one. */
export function parseOwnerLabel(name: string): Owner | undefined {
  const groups = label.exec(name)?.groups;
  return groups?.runId === undefined ? undefined : ownerBy(groups.runId, groups.process ?? '');
}

/** The process that owns a run, and its place, as a text of letters, digits and `-`. */
export function processOf({ pid, start, place = nowhere }: Owner): string {
  return `${pid}-${start}-${place.boot}-${place.pidNamespace}`;
}

/** The owner of a run by that text; undefined for one that is none. */
export function ownerBy(runId: string, text: string): Owner | undefined {
  const groups = ownProcess.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { pid, start, boot = '', pidNamespace } = groups;
  return { runId, pid: Number(pid), start: Number(start), place: { boot, pidNamespace: Number(pidNamespace) } };
}

/** Reads `/proc/<pid>/stat`; the command in it is in parentheses, and may hold spaces and parentheses itself. */
export function parseProcStat(text: string): ProcessStatus | undefined {
  const fields = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  const [state, parent] = fields;
  const start = fields[19];
  if (state === undefined || parent === undefined || start === undefined) return undefined;
  return { parent: Number(parent), start: Number(start), zombie: state === 'Z' || state === 'X' };
}

/** Reads the answer of `ps -o stat= -o ppid= -o lstart=` in the C locale and UTC. */
export function parsePsStatus(text: string): ProcessStatus | undefined {
  const groups = /^(?<state>\S+)\s+(?<parent>\d+)\s+(?<start>\S.*)$/.exec(text.trim())?.groups;
  const startMs = Date.parse(`${groups?.start ?? ''} UTC`);
  if (groups === undefined || Number.isNaN(startMs)) return undefined;
  return { parent: Number(groups.parent), start: startMs / 1000, zombie: groups.state?.startsWith('Z') === true };
}

/** What the operating system says of a process, or undefined where there is none of that id. */
export async function processStatus(pid: number): Promise<ProcessStatus | undefined> {
  try {
    if (process.platform === 'linux') return parseProcStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    return await statusByPs(pid);
  } catch {
    return undefined;
  }
}

/** What the `ps` of any system says of a process: each column in an option of its own, as all that follows a `=` may be its title. */
export async function statusByPs(pid: number): Promise<ProcessStatus | undefined> {
  const columns = ['stat=', 'ppid=', 'lstart='].flatMap((column) => ['-o', column]);
  const { stdout } = await promisify(execFile)('ps', [...columns, '-p', String(pid)], {
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
  });
  return parsePsStatus(stdout);
}

const nowhere: Place = { boot: '0', pidNamespace: 0 };

/** Where this process is. */
async function here(): Promise<Place> {
  if (process.platform !== 'linux') return nowhere;
  const [boot, pidNamespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return {
    boot: /^[\da-f]{8}/.exec(boot)?.[0] ?? nowhere.boot,
    pidNamespace: Number(/\d+/.exec(pidNamespace)?.[0] ?? nowhere.pidNamespace),
  };
}

/** This process as the owner of a run; of one that is to outlive it nobody is, until `down` ends it. */
export async function ownerOfRun(runId: string, isDetached = false): Promise<Owner> {
  const place = await here();
  if (isDetached) return { ...nobody(runId), place };
  // By the number that /proc has for it, which is another one where that is the /proc of another namespace.
  const pid = Number(await readlink('/proc/self').catch(() => process.pid));
  const status = await processStatus(pid);
  return { runId, pid, start: status?.start ?? 0, place };
}

/** The owner of what was left running on purpose. */
export function nobody(runId: string): Owner {
  return { runId, pid: 0, start: 0, place: undefined };
}

/** Whether something was left running on purpose. */
export function isDetached(owner: Owner): boolean {
  return owner.pid === 0;
}

/**
 * What has become of the process that made a label. Of one in another pid namespace nobody here can tell; and after another boot
 * of the machine it is gone.
 */
export async function stateOf(owner: Owner): Promise<'alive' | 'ended' | 'elsewhere'> {
  const place = await here();
  const { boot, pidNamespace } = owner.place ?? place;
  if (pidNamespace !== place.pidNamespace) return 'elsewhere';
  if (boot !== place.boot) return 'ended';
  const status = await processStatus(owner.pid);
  return status?.start === owner.start && !status.zombie ? 'alive' : 'ended';
}

/** Told in a sentence of what is left alone, and why. */
export type OnSkip = (sentence: string) => void;

/** Whether what an owner has made is left over by a run that has ended, whose processes are seen from here. */
export async function isLeftOver(owner: Owner, onSkip: OnSkip): Promise<boolean> {
  return !isDetached(owner) && (await stateHere(owner, onSkip)) === 'ended';
}

/** Whether what an owner has made was left running on purpose, where it can be ended from here. */
export async function isLeftRunning(owner: Owner, onSkip: OnSkip): Promise<boolean> {
  return isDetached(owner) && (await stateHere(owner, onSkip)) !== 'elsewhere';
}

async function stateHere(owner: Owner, onSkip: OnSkip): Promise<'alive' | 'ended' | 'elsewhere'> {
  const state = await stateOf(owner);
  if (state === 'elsewhere') {
    onSkip(`the run ${owner.runId} was started in another container (pid namespace), and is left alone`);
  }
  return state;
}
