import { readdirSync, readFileSync } from 'node:fs';
import type { OwnLimits } from '../../model/failures.ts';
import { connectionsOf } from '../../model/load-profile.ts';
import type { LoadJob } from '../protocol.ts';

/** Files that are opened besides connections: to look up a name, to say farewell to a few connections. */
const spareFiles = 16;

/** How many files a process has open that does nothing yet, where it cannot be counted. */
const usualFiles = 24;

/** What the machine lets this process have; nothing of what it does not tell. Read at once: later no file may be left for it. */
export const ownLimits = readLimits();

function readLimits(): OwnLimits {
  const files = fileLimit();
  const ports = portCount();
  return { ...(files === undefined ? {} : { files }), ...(ports === undefined ? {} : { ports }) };
}

/** A load that this machine cannot make, in a sentence, and what to do about it. */
export interface Shortage {
  readonly sentence: string;
  readonly hint: string;
}

/** Whether the machine lets this process open the connections that a job asks for; undefined where it does, or does not tell. */
export function shortageOf(job: LoadJob, { files, ports }: OwnLimits, openFiles: number): Shortage | undefined {
  const connections = connectionsOf(job.load);
  const needed = connections + openFiles + spareFiles;
  if (files !== undefined && needed > files) {
    const enough = 2 ** Math.ceil(Math.log2(needed));
    return {
      sentence: `The generator may open ${files} files, and ${connections} connections take ${needed}.`,
      hint: `Raise ulimit -n, e.g. to ${enough}, share the load with --workers, or ask for fewer connections.`,
    };
  }
  const toEach = Math.ceil(connections / job.urls.length);
  if (ports !== undefined && toEach > ports) {
    return {
      sentence: `The generator has ${ports} ports to connect from, and ${toEach} connections to one address need as many.`,
      hint: 'Widen net.ipv4.ip_local_port_range, or ask for fewer connections.',
    };
  }
  return undefined;
}

/** How many files this process has open. */
export function openFilesNow(): number {
  return attempt(() => readdirSync('/proc/self/fd').length) ?? usualFiles;
}

function fileLimit(): number | undefined {
  return attempt(() => {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  });
}

function portCount(): number | undefined {
  return attempt(() => {
    const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    return first === undefined || last === undefined ? undefined : last - first + 1;
  });
}

/** Other systems than Linux have no such files. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
