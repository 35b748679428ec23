import type { ServiceUsage, RunningSystem } from '../model/running-system.ts';
import type { MachineResources, ServiceResources } from '../model/telemetry.ts';
import { onBeat } from './beat.ts';

const sampleEveryMs = 1000;

interface Sample {
  /** In ms since 1970. */
  readonly atMs: number;
  readonly services: readonly ServiceUsage[];
  /** Of the whole machine, whoever used it. */
  readonly busySeconds?: number | undefined;
}

/** What services and everybody else used of the machine. */
export interface Usage {
  readonly resources: readonly ServiceResources[];
  /** Undefined where it is not known what they run on. */
  readonly machine: MachineResources | undefined;
}

/** From when to when a service was watched, in ms since 1970. */
interface Watched {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Puts the samples of one copy together; the first and the last bound the time. */
function resourcesOf(first: ServiceUsage, last: ServiceUsage, peakBytes: number, watched: Watched): ServiceResources {
  const seconds = (watched.untilMs - watched.fromMs) / 1000;
  // A counter that fell belongs to a container that started anew.
  const isCounted = last.cpuSeconds >= first.cpuSeconds;
  const used = Math.max(0, last.cpuSeconds - first.cpuSeconds);
  const throttled = Math.max(0, last.throttledSeconds - first.throttledSeconds);
  return {
    service: last.service,
    copy: last.copy,
    role: last.role,
    ...(isCounted ? { cpu: { seconds: used, ...watched } } : {}),
    cpuRatio: used / seconds,
    ...(last.cpuLimit === undefined ? {} : { cpuLimit: last.cpuLimit }),
    throttledRatio: Math.min(1, throttled / seconds),
    memoryPeakBytes: peakBytes,
    memoryEndBytes: last.memoryBytes,
    ...(last.memoryLimitBytes === undefined ? {} : { memoryLimitBytes: last.memoryLimitBytes }),
    restarts: Math.max(0, last.restarts - first.restarts),
    // A pod tells of it for as long as it lives: it counts where it came in this time.
    outOfMemory: last.outOfMemory && (!first.outOfMemory || last.restarts > first.restarts),
    ...(last.ended === undefined ? {} : { ended: last.ended }),
  };
}

/** What each copy used between its first sample, which one that came later has later, and the last of all. */
export function summarize(samples: readonly Sample[]): readonly ServiceResources[] {
  const last = samples.at(-1);
  if (!last) return [];
  return last.services.flatMap((ended) => {
    const isIt = ({ copy }: ServiceUsage): boolean => copy === ended.copy;
    const first = samples.find(({ services }) => services.some(isIt));
    const started = first?.services.find(isIt);
    if (!first || !started) return [];
    const all = samples.flatMap(({ services }) => services.filter(isIt));
    const peakBytes = Math.max(...all.map(({ memoryBytes }) => memoryBytes));
    const watched = { fromMs: started.atMs ?? first.atMs, untilMs: ended.atMs ?? last.atMs };
    // Without a time there is no rate.
    if (watched.untilMs <= watched.fromMs) return [];
    return [resourcesOf(started, ended, peakBytes, watched)];
  });
}

/** What everybody used of a machine with so many cores, between the first and the last sample. */
export function machineOf(
  samples: readonly Sample[],
  { cores, loadCores }: Pick<RunningSystem, 'cores' | 'loadCores'>,
): MachineResources | undefined {
  if (cores === undefined) return undefined;
  const known = { cores, ...(loadCores === undefined ? {} : { loadCores }) };
  const [first, last] = [samples[0], samples.at(-1)];
  const seconds = ((last?.atMs ?? 0) - (first?.atMs ?? 0)) / 1000;
  if (first?.busySeconds === undefined || last?.busySeconds === undefined || seconds <= 0) return known;
  return { ...known, cpuRatio: Math.max(0, last.busySeconds - first.busySeconds) / seconds };
}

/** Asks a deployment once a second what its services use, where it can tell. */
export class UsageWatch implements AsyncDisposable {
  readonly #deployment: RunningSystem;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #samples: Sample[] = [];
  #watching: Promise<void> = Promise.resolve();

  constructor(deployment: RunningSystem, signal: AbortSignal) {
    this.#deployment = deployment;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  /** Begins to watch; does nothing where the platform cannot tell. */
  start(): void {
    if (this.#deployment.usage) {
      this.#watching = this.#watch();
    }
  }

  /** Takes a last sample, and puts all of them together. */
  async stop(signal: AbortSignal): Promise<Usage> {
    await this[Symbol.asyncDispose]();
    if (this.#samples.length > 0) await this.#sample(signal);
    return { resources: summarize(this.#samples), machine: machineOf(this.#samples, this.#deployment) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    await this.#sample(this.#signal);
    await onBeat(sampleEveryMs, this.#signal, () => this.#sample(this.#signal));
  }

  /** A sample that fails is one sample fewer, no reason to end a trial. */
  async #sample(signal: AbortSignal): Promise<void> {
    const atMs = performance.timeOrigin + performance.now();
    const busySeconds = this.#deployment.busySeconds?.();
    const services = await this.#deployment.usage?.(signal).catch(() => undefined);
    if (services) this.#samples.push({ atMs, services, busySeconds });
  }
}
