import type { V1Pod } from '@kubernetes/client-node';
import type { ReplicaMetrics, ServiceUsage } from '../../../model/running-system.ts';
import type { Service } from '../../../services/service.ts';
import { calledAs, endOf, isRunning, lastEnd, nameOf, restartsOf, serviceOf } from '../pods/pod-state.ts';
import { metricOf } from './exposition.ts';
import type { Scrape } from './copy-metrics.ts';
import type { Metered } from './metrics-api.ts';

/** What pods used in the last window, with them; nothing where nobody tells. */
export type UsageSource = (signal: AbortSignal) => Promise<readonly (Metered & { readonly pod: V1Pod })[]>;

/**
 * What services have used so far. The lab's own tell it of themselves, to the second. Of the others the cluster's metrics API knows,
 * where it has one: averages over windows of a quarter of a minute or so, which are added up here.
 */
export class UsageMeter {
  readonly #source: UsageSource;
  /** Those that may not tell it of themselves. */
  readonly #others: readonly Service[];
  /** When the first window ended of each copy of the others. */
  readonly #firstAtMs = new Map<string, number>();
  readonly #latest = new Map<string, ServiceUsage>();
  /** Copies that tell of themselves. */
  readonly #telling = new Set<string>();

  /** @param services all that it is to tell of */
  constructor(source: UsageSource, services: readonly Service[]) {
    this.#source = source;
    this.#others = services.filter((service) => !tellsItself(service));
  }

  /** @param scrapes what the copies said of themselves that say anything */
  async usage(scrapes: readonly Scrape[], signal: AbortSignal): Promise<readonly ServiceUsage[]> {
    const told = scrapes.flatMap((scrape) => scrape.metrics.flatMap((metrics) => this.#told(metrics, scrape)));
    const begun = (await this.#source(signal)).flatMap(({ pod, ...metered }) => this.#add(pod, metered));
    // A busy cluster leaves a question unanswered now and then: what it said last is what is known. But where no window has ended
    // since the first one there is nothing to tell: a rate without a time says nothing.
    const known = [...this.#latest.values()].filter(({ copy, atMs }) => atMs !== this.#firstAtMs.get(copy));
    return [...told, ...begun, ...known];
  }

  #told(metrics: ReplicaMetrics, { service, answeredMs, pods }: Scrape): readonly ServiceUsage[] {
    const pod = pods.find((candidate) => calledAs(nameOf(candidate), service) === metrics.replica);
    const atMs = answeredMs.get(metrics.replica);
    if (!('text' in metrics) || pod === undefined || atMs === undefined) return [];
    const cpuSeconds = metricOf(metrics.text, 'process_cpu_seconds_total');
    const memoryBytes = metricOf(metrics.text, 'process_resident_memory_bytes');
    // The two accounts do not add up: whichever was there first is kept to.
    if (cpuSeconds === undefined || memoryBytes === undefined || this.#latest.has(metrics.replica)) return [];
    const throttledSeconds = metricOf(metrics.text, 'container_cpu_throttled_seconds_total') ?? 0;
    const { cpu: cpuLimit, memoryBytes: memoryLimitBytes } = service.limits;
    const used = { atMs, cpuSeconds, memoryBytes, throttledSeconds, cpuLimit, memoryLimitBytes };
    this.#telling.add(metrics.replica);
    return [{ service: service.name, copy: metrics.replica, role: service.role, ...used, ...mishapsOf(pod) }];
  }

  /** Adds what a copy used in its latest window. @returns what it begins with, where this is its first */
  #add(pod: V1Pod, { atMs, cores, memoryBytes }: Metered): readonly ServiceUsage[] {
    const service = this.#others.find(({ name }) => name === serviceOf(pod));
    if (service === undefined) return [];
    const copy = calledAs(nameOf(pod), service);
    if (this.#telling.has(copy)) return [];
    const before = this.#latest.get(copy);
    const seconds = Math.max(0, atMs - (before?.atMs ?? atMs)) / 1000;
    const cpuSeconds = (before?.cpuSeconds ?? 0) + cores * seconds;
    const unlimited = { throttledSeconds: 0, cpuLimit: undefined, memoryLimitBytes: undefined };
    const subject = { service: service.name, copy, role: service.role };
    const usage: ServiceUsage = { ...subject, atMs, cpuSeconds, memoryBytes, ...unlimited, ...mishapsOf(pod) };
    this.#latest.set(copy, usage);
    if (before !== undefined) return [];
    this.#firstAtMs.set(copy, atMs);
    return [usage];
  }
}

/** Whether it tells what it uses in any case, as those do whose counters have the lab's names. */
function tellsItself({ counters }: Service): boolean {
  return counters !== undefined && counters.names === undefined;
}

/** What befell it so far. */
function mishapsOf(pod: V1Pod): Pick<ServiceUsage, 'restarts' | 'outOfMemory' | 'ended'> {
  return {
    restarts: restartsOf(pod),
    outOfMemory: lastEnd(pod)?.reason === 'OOMKilled',
    ended: isRunning(pod) ? undefined : endOf(pod),
  };
}
