import type { ServiceUsage } from '../../model/running-system.ts';
import type { Role, Subject } from '../../model/subject.ts';
import { type Process, familyOf, lookAtProcesses } from './process-table.ts';
import type { LocalProcess } from './process.ts';

/** A copy of a service whose use of the machine is told of. */
export interface Metered extends Subject {
  readonly role: Role;
  readonly process: LocalProcess;
}

type Used = Pick<ServiceUsage, 'cpuSeconds' | 'memoryBytes'>;

/**
 * Reads what services use, each with all the processes that it has started: PostgreSQL has one for each connection.
 * By parentage: PostgreSQL's processes leave the group in which it was started.
 */
export class UsageMeter {
  readonly #metered: () => readonly Metered[];
  readonly #last = new Map<LocalProcess, Used>();
  /** All that were read by that name: one that was started again goes on where the one before ended. */
  readonly #processes = new Map<string, Set<LocalProcess>>();
  /** Processes of none of the services, which need not be looked at again. */
  #strangers: ReadonlySet<number> = new Set();

  /** @param metered those that are there when it is read */
  constructor(metered: () => readonly Metered[]) {
    this.#metered = metered;
  }

  /** What each service has used so far; of one that has ended, what it had used when it was last looked at. */
  async read(): Promise<readonly ServiceUsage[]> {
    const metered = this.#metered();
    // What an act has started was a stranger as long as it was not ready.
    const isNew = metered.some(({ copy, process }) => this.#processes.get(copy)?.has(process) !== true);
    const { processes, passedOver } = await lookAtProcesses(isNew ? new Set() : this.#strangers);
    const strangers = new Map(processes.map((process) => [process.pid, process]));
    for (const { copy, process } of metered) {
      this.#processes.set(copy, (this.#processes.get(copy) ?? new Set()).add(process));
      const family = familyOf(process.child.pid, processes);
      for (const { pid } of family) strangers.delete(pid);
      if (process.end === undefined && family.length > 0)
        this.#last.set(process, notLess(usedBy(family), this.#last.get(process)));
    }
    this.#strangers = new Set([...passedOver, ...strangers.keys()]);
    return metered.map(({ process, ...subject }) => ({
      ...subject,
      cpuSeconds: this.#cpuSecondsOf(subject.copy),
      memoryBytes: this.#last.get(process)?.memoryBytes ?? 0,
      cpuLimit: undefined,
      throttledSeconds: 0,
      memoryLimitBytes: undefined,
      restarts: 0,
      outOfMemory: false,
      ended: process.end,
    }));
  }

  #cpuSecondsOf(copy: string): number {
    const used = [...(this.#processes.get(copy) ?? [])].map((process) => this.#last.get(process)?.cpuSeconds ?? 0);
    return used.reduce((sum, seconds) => sum + seconds, 0);
  }
}

/** Of a child that has ended whole ticks are known, and of one that runs nanoseconds: the sum must not fall by that. */
function notLess(used: Used, before: Used | undefined): Used {
  return { ...used, cpuSeconds: Math.max(used.cpuSeconds, before?.cpuSeconds ?? 0) };
}

/**
 * Memory is what each process has for itself, and what the largest of them shares, once: PostgreSQL's share its buffers.
 * (The kernel's own division of shared pages, PSS, takes 600 ms to read for a hundred of them; this takes 2.)
 */
function usedBy(family: readonly Process[]): Used {
  return {
    cpuSeconds: family.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    memoryBytes:
      family.reduce((sum, { ownBytes }) => sum + ownBytes, 0) +
      Math.max(...family.map(({ sharedBytes }) => sharedBytes)),
  };
}
