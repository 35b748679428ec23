import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';

/** Where a process id means something. Machines and containers may share a folder or an Engine, and have numbers of their own each. */
export interface Place {
  /** The beginning of the id that Linux gives each of its boots; `0` elsewhere. */
  readonly boot: string;
  /** The number of the pid namespace; 0 on systems that have none. */
  readonly pidNamespace: number;
  /** The beginning of a hash of what tells the machine from others. */
  readonly host: string;
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

// The `h` keeps versions of the lab that know no hosts, and this one, from reading each other's labels.
const label = /^scale-lab-(?<runId>[\w.-]+)-(?<process>\d+-\d+-[\da-f]+-\d+-h[\da-f]+)$/;
const ownProcess = /^(?<pid>\d+)-(?<start>\d+)-(?<boot>[\da-f]+)-(?<pidNamespace>\d+)-h(?<host>[\da-f]+)$/;

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
  return `${pid}-${start}-${place.boot}-${place.pidNamespace}-h${place.host}`;
}

/** The owner of a run by that text; undefined for one that is none. */
export function ownerBy(runId: string, text: string): Owner | undefined {
  const groups = ownProcess.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { pid, start, boot = '', pidNamespace, host = '' } = groups;
  return { runId, pid: Number(pid), start: Number(start), place: { boot, pidNamespace: Number(pidNamespace), host } };
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

const nowhere: Place = { boot: '0', pidNamespace: 0, host: '0' };

/** Where this process is. */
async function here(): Promise<Place> {
  const host = await hostHash();
  if (process.platform !== 'linux') return { ...nowhere, host };
  const [boot, pidNamespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return {
    boot: /^[\da-f]{8}/.exec(boot)?.[0] ?? nowhere.boot,
    pidNamespace: Number(/\d+/.exec(pidNamespace)?.[0] ?? nowhere.pidNamespace),
    host,
  };
}

/** By the id that the system got when it was installed; where it has none, as in most containers, by its name. */
async function hostHash(): Promise<string> {
  const id = (await readFile('/etc/machine-id', 'utf8').catch(() => '')).trim();
  return createHash('sha256')
    .update(/^[\da-f]{32}$/.test(id) ? id : os.hostname())
    .digest('hex')
    .slice(0, 8);
}

/** This process as the owner of a run; of one that is to outlive it nobody is, until `down` ends it. */
export async function ownerOfRun(runId: string, isDetached = false): Promise<Owner & { readonly place: Place }> {
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
 * What has become of the process that made a label. Of one on another machine, or in another pid namespace, nobody here can tell;
 * and after another boot of the machine it is gone.
 */
export async function stateOf(owner: Owner): Promise<'alive' | 'ended' | 'elsewhere'> {
  if ((await strangeness(owner)) !== undefined) return 'elsewhere';
  const place = await here();
  if ((owner.place ?? place).boot !== place.boot) return 'ended';
  const status = await processStatus(owner.pid);
  return status?.start === owner.start && !status.zombie ? 'alive' : 'ended';
}

/** Where an owner is, if that is no place whose processes are seen from here. */
async function strangeness({ place }: Owner): Promise<string | undefined> {
  const { pidNamespace, host } = await here();
  if (place === undefined) return undefined;
  if (place.pidNamespace !== pidNamespace) return 'in another container (pid namespace)';
  return place.host === host ? undefined : 'on another machine';
}

/** Told in a sentence of what is left alone, and why. */
export type OnSkip = (sentence: string) => void;

/** Which owners' things are to be removed: {@link isLeftOver}, or {@link isLeftRunning}. */
export type IsWanted = (owner: Owner, onSkip: OnSkip) => Promise<boolean>;

/** Whether what an owner has made is left over by a run that has ended, whose processes are seen from here. */
export async function isLeftOver(owner: Owner, onSkip: OnSkip): Promise<boolean> {
  return !isDetached(owner) && (await stateHere(owner, onSkip)) === 'ended';
}

/** Whether what an owner has made was left running on purpose, where it can be ended from here. */
export async function isLeftRunning(owner: Owner, onSkip: OnSkip): Promise<boolean> {
  return isDetached(owner) && (await stateHere(owner, onSkip)) !== 'elsewhere';
}

async function stateHere(owner: Owner, onSkip: OnSkip): Promise<'alive' | 'ended' | 'elsewhere'> {
  const elsewhere = await strangeness(owner);
  if (elsewhere === undefined) return stateOf(owner);
  onSkip(`the run ${owner.runId} was started ${elsewhere}, and is left alone`);
  return 'elsewhere';
}
