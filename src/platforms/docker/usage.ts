import { setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { ServiceUsage } from '../../model/running-system.ts';
import type { Role } from '../../model/subject.ts';
import type { Limits } from '../../model/system.ts';
import type { Container } from './container.ts';

const count = z.number().nonnegative();

const statsSchema = z.object({
  read: z.string(),
  cpu_stats: z.object({
    cpu_usage: z.object({ total_usage: count }),
    throttling_data: z.object({ throttled_time: count }).optional(),
  }),
  // Empty where the container has ended.
  memory_stats: z.object({
    usage: count.optional(),
    // By their names in cgroup v1, and in v2.
    stats: z.object({ total_inactive_file: count.optional(), inactive_file: count.optional() }).optional(),
  }),
});

/** What a container's figures say, in our units. */
export interface Used {
  /** When they were read, by the Engine's clock. */
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly throttledSeconds: number;
  readonly memoryBytes: number;
}

/** Reads the Engine's figures of a container. Memory is told as `docker stats` does: without the file cache that is idle. */
export function readStats(answer: unknown): Used {
  const { read, cpu_stats: cpu, memory_stats: memory } = statsSchema.parse(answer);
  const idle = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  return {
    atMs: Date.parse(read),
    cpuSeconds: cpu.cpu_usage.total_usage / 1e9,
    throttledSeconds: (cpu.throttling_data?.throttled_time ?? 0) / 1e9,
    memoryBytes: Math.max(0, (memory.usage ?? 0) - idle),
  };
}

/** A container whose use of the machine is told of. */
export interface Metered {
  readonly container: Container;
  readonly role: Role;
  readonly limits?: Limits;
}

/**
 * Hears once a second what containers use. Asked singly, an Engine answers only when its own second is over, which on a
 * short measurement would be too late at the beginning, and after the load at the end.
 */
export class UsageMeter implements AsyncDisposable {
  /** What was heard last of each life of a copy, by its name: one that was started again goes on where it ended. */
  readonly #heard = new Map<string, Map<object, Used>>();
  readonly #stop = new AbortController();
  /** Undefined until it begins to listen. */
  #listening: Map<Container, Promise<void>> | undefined;

  /** Begins to listen; to those also that are asked for later. */
  start(metered: readonly Metered[]): void {
    setMaxListeners(0, this.#stop.signal);
    this.#listening = new Map(metered.map(({ container }) => [container, this.#listen(container)]));
  }

  /** What a copy has used so far. Its counters end with it; how it ended is told too. */
  async usageOf({ container, role, limits }: Metered): Promise<ServiceUsage> {
    if (this.#listening?.has(container) === false) this.#listening.set(container, this.#listen(container));
    const { life } = container;
    const lives = this.#livesOf(container);
    const [state, used] = await Promise.all([container.state(), lives.get(life) ?? this.#ask(container, life)]);
    const all = [used, ...[...lives].filter(([other]) => other !== life).map(([, before]) => before)];
    const { service, copy } = container.description;
    return {
      service,
      copy,
      role,
      ...used,
      cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      throttledSeconds: all.reduce((sum, { throttledSeconds }) => sum + throttledSeconds, 0),
      cpuLimit: limits?.cpu,
      memoryLimitBytes: limits?.memoryBytes,
      restarts: state.restarts,
      outOfMemory: state.outOfMemory,
      ended: state.end,
    };
  }

  /** Asks for what nobody has heard yet: also when it has ended that is known then. */
  async #ask(container: Container, life: object): Promise<Used> {
    const used = readStats(await container.stats());
    const lives = this.#livesOf(container);
    if (used.memoryBytes > 0 && !lives.has(life)) lives.set(life, used);
    return used;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([...(this.#listening?.values() ?? [])]);
    this.#listening = undefined;
  }

  async #listen(container: Container): Promise<void> {
    try {
      const input = await container.followStats(this.#stop.signal);
      for await (const line of createInterface({ input })) {
        const used = readStats(JSON.parse(line));
        // A container that has ended is told of with zeros.
        if (used.memoryBytes > 0) this.#livesOf(container).set(container.life, used);
      }
    } catch {
      // Stopped, or the container is gone: what was heard last is what there is.
    }
  }

  #livesOf({ description: { copy } }: Container): Map<object, Used> {
    const lives = this.#heard.get(copy) ?? new Map<object, Used>();
    this.#heard.set(copy, lives);
    return lives;
  }
}
