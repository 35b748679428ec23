import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';

/** A process of this machine, and what it has used so far. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** With that of the children that have ended and that it has taken note of. */
  readonly cpuSeconds: number;
  /** Memory that it alone has. */
  readonly ownBytes: number;
  /** Memory that others may have too, such as the code of a program and PostgreSQL's buffers. */
  readonly sharedBytes: number;
}

/** What a look at the processes of this machine has shown. */
export interface Look {
  readonly processes: readonly Process[];
  /** Of those that were to be passed over, the ones that are still there: the number of another may go to a new process. */
  readonly passedOver: readonly number[];
}

/** Whether this system is one of those on which {@link lookAtProcesses} works. */
export const canLookAtProcesses = process.platform === 'linux' || process.platform === 'darwin';

/** Looks at the processes of this machine; those that are known to be of no interest are passed over where that saves time. */
export async function lookAtProcesses(strangers: ReadonlySet<number>): Promise<Look> {
  if (process.platform !== 'linux') return { processes: await processesByPs(), passedOver: [] };
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const wanted = pids.filter((pid) => !strangers.has(pid));
  return {
    processes: wanted.flatMap((pid) => fromProc(pid) ?? []),
    passedOver: pids.filter((pid) => strangers.has(pid)),
  };
}

/** A process with its children, their children, and so on. */
export function familyOf(pid: number | undefined, processes: readonly Process[]): readonly Process[] {
  const family = processes.filter((process) => process.pid === pid);
  for (const member of family) family.push(...processes.filter(({ parent }) => parent === member.pid));
  return family;
}

interface Units {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
}

let units: Units | undefined;

// Synchronous: the kernel answers from memory, in 20 µs. To ask from another thread takes seven times as much CPU.
function fromProc(pid: number): Process | undefined {
  try {
    units ??= parseAuxiliaryVector(readFileSync('/proc/self/auxv'));
    const [stat, statm] = [readFileSync(`/proc/${pid}/stat`, 'utf8'), readFileSync(`/proc/${pid}/statm`, 'utf8')];
    return parseProc(pid, stat, statm, threadsOf(pid), units);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** What the scheduler says of each thread of a process; empty where this kernel does not tell. */
function threadsOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      return [readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')];
    } catch {
      // It has ended meanwhile, or the kernel keeps no such books.
      return [];
    }
  });
}

/** Finds the kernel's units in what it hands every program: pairs of 64 bits, a key and a value. */
export function parseAuxiliaryVector(bytes: Buffer): Units {
  const values = new Map<number, number>();
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    values.set(Number(bytes.readBigUInt64LE(at)), Number(bytes.readBigUInt64LE(at + 8)));
  }
  // AT_PAGESZ and AT_CLKTCK.
  return { pageBytes: values.get(6) ?? 4096, ticksPerSecond: values.get(17) ?? 100 };
}

/**
 * Reads `/proc/<pid>/stat` and `/proc/<pid>/statm`; the command in the first may hold spaces and parentheses itself. Its times are cut off
 * at whole ticks of 10 ms, several per cent of what a server uses in a short round; `schedstat` of its threads has nanoseconds, but
 * not of those that have ended. So the larger of both counts (https://docs.kernel.org/scheduler/sched-stats.html).
 * @param threads `/proc/<pid>/task/<thread>/schedstat` of each
 */
export function parseProc(
  pid: number,
  stat: string,
  statm: string,
  threads: readonly string[],
  { pageBytes, ticksPerSecond }: Units,
): Process {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15).map(Number);
  const [, resident = 0, shared = 0] = statm.split(' ').map(Number);
  const threadSeconds = threads.reduce((sum, thread) => sum + Number.parseInt(thread, 10) / 1e9, 0);
  return {
    pid,
    parent: Number(fields[1]),
    cpuSeconds:
      Math.max((user + system) / ticksPerSecond, threadSeconds) + (childrenUser + childrenSystem) / ticksPerSecond,
    ownBytes: (resident - shared) * pageBytes,
    sharedBytes: shared * pageBytes,
  };
}

// S: with the CPU time of children that have ended.
const columns = ['axS', '-o', 'pid=', '-o', 'ppid=', '-o', 'time=', '-o', 'rss='];

/** The processes of this machine, where there is no /proc. */
export async function processesByPs(): Promise<readonly Process[]> {
  const options = { env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' }, maxBuffer: 2 ** 24 };
  return parsePs((await promisify(execFile)('ps', columns, options)).stdout);
}

const line = /^\s*(?<pid>\d+)\s+(?<parent>\d+)\s+(?:(?<days>\d+)-)?(?<time>[\d:.]+)\s+(?<kibibytes>\d+)\s*$/;

/** Reads what ps printed of pid, ppid, time and rss. It does not tell shared memory apart, which is counted as each one's own. */
export function parsePs(text: string): readonly Process[] {
  return text.split('\n').flatMap((printed) => {
    const groups = line.exec(printed)?.groups;
    if (groups === undefined) return [];
    const { pid, parent, days = '0', time = '', kibibytes } = groups;
    const seconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    return {
      pid: Number(pid),
      parent: Number(parent),
      cpuSeconds: Number(days) * 86_400 + seconds,
      ownBytes: Number(kibibytes) * 1024,
      sharedBytes: 0,
    };
  });
}
