import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Who owns what a run creates. A process id alone may be somebody else's by now, so the start of the process is part of it. */
export interface Owner {
  readonly runId: string;
  readonly pid: number;
  /** In the unit of the operating system: clock ticks since boot on Linux, seconds since 1970 elsewhere. */
  readonly start: number;
}

/** What the operating system says of a process. */
export interface ProcessStatus {
  readonly parent: number;
  readonly start: number;
  /** It has ended, but its parent has not taken note. */
  readonly zombie: boolean;
}

const prefix = 'scale-lab';
const label = /^scale-lab-(?<runId>[\w.-]+)-(?<pid>\d+)-(?<start>\d+)$/;

/** The label of everything that a run creates: as a name, so that nothing exists for a moment without it. */
export function ownerLabel(owner: Owner): string {
  return `${prefix}-${owner.runId}-${owner.pid}-${owner.start}`;
}

/** Reads a label back; undefined for a name that is not one. */
export function parseOwnerLabel(name: string): Owner | undefined {
  const groups = label.exec(name)?.groups;
  if (groups?.runId === undefined) return undefined;
  return { runId: groups.runId, pid: Number(groups.pid), start: Number(groups.start) };
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

/** Reads the answer of `ps -o stat=,ppid=,lstart=` in the C locale and UTC. */
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
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,ppid=,lstart=', '-p', String(pid)], {
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    });
    return parsePsStatus(stdout);
  } catch {
    return undefined;
  }
}

/** This process as the owner of a run. */
export async function thisOwner(runId: string): Promise<Owner> {
  const status = await processStatus(process.pid);
  return { runId, pid: process.pid, start: status?.start ?? 0 };
}

/** The owner of what is to outlive this process: nobody, until `down` ends it. */
export function nobody(runId: string): Owner {
  return { runId, pid: 0, start: 0 };
}

/** Whether something was left running on purpose. */
export function isDetached(owner: Owner): boolean {
  return owner.pid === 0;
}

/** Whether the process that made the label runs still. */
export async function isAlive(owner: Owner): Promise<boolean> {
  const status = await processStatus(owner.pid);
  return status?.start === owner.start && !status.zombie;
}
