import type { V1Pod } from '@kubernetes/client-node';
import type { ReplicaMetrics, ServiceUsage } from '../../../model/running-system.ts';
import type { Limits } from '../../../model/system.ts';
import { endOf, isRunning, lastEnd, nameOf, restartsOf, serviceOf } from '../pods/pod-state.ts';
import { metricOf } from './exposition.ts';
import type { Metered } from './metrics-api.ts';
import type { Scrape } from './replica-metrics.ts';

/** What the services that are not the application used in the last window, with their pods; nothing where nobody tells. */
export type UsageSource = (signal: AbortSignal) => Promise<readonly (Metered & { readonly pod: V1Pod })[]>;

/**
 * What services have used so far. A replica tells it of itself, to the second. Of the others the cluster's metrics API knows,
 * where it has one: averages over windows of a quarter of a minute or so, which are added up here.
 */
export class UsageMeter {
  readonly #source: UsageSource;
  readonly #limits: Limits;
  /** When the first window ended of each service that is not a replica. */
  readonly #firstAtMs = new Map<string, number>();
  readonly #latest = new Map<string, ServiceUsage>();
  /** Replicas that tell of themselves. */
  readonly #telling = new Set<string>();

  /** @param limits of each replica */
  constructor(source: UsageSource, limits: Limits) {
    this.#source = source;
    this.#limits = limits;
  }

  async usage(scrape: Scrape, signal: AbortSignal): Promise<readonly ServiceUsage[]> {
    const replicas = scrape.metrics.flatMap((metrics) => this.#replica(metrics, scrape));
    const begun = (await this.#source(signal)).flatMap(({ pod, ...metered }) => this.#add(pod, metered));
    // A busy cluster leaves a question unanswered now and then: what it said last is what is known. But where no window has ended
    // since the first one there is nothing to tell: a rate without a time says nothing.
    const known = [...this.#latest.values()].filter(({ service, atMs }) => atMs !== this.#firstAtMs.get(service));
    return [...replicas, ...begun, ...known];
  }

  #replica(metrics: ReplicaMetrics, { answeredMs, pods }: Scrape): readonly ServiceUsage[] {
    const pod = pods.find((candidate) => nameOf(candidate) === metrics.replica);
    const atMs = answeredMs.get(metrics.replica);
    if (!('text' in metrics) || pod === undefined || atMs === undefined) return [];
    const cpuSeconds = metricOf(metrics.text, 'process_cpu_seconds_total');
    const memoryBytes = metricOf(metrics.text, 'process_resident_memory_bytes');
    // The two accounts do not add up: whichever was there first is kept to.
    if (cpuSeconds === undefined || memoryBytes === undefined || this.#latest.has(metrics.replica)) return [];
    const throttledSeconds = metricOf(metrics.text, 'container_cpu_throttled_seconds_total') ?? 0;
    const { cpu: cpuLimit, memoryBytes: memoryLimitBytes } = this.#limits;
    const used = { atMs, cpuSeconds, memoryBytes, throttledSeconds, cpuLimit, memoryLimitBytes };
    this.#telling.add(metrics.replica);
    return [{ service: metrics.replica, isReplica: true, ...used, ...mishapsOf(pod) }];
  }

  /** Adds what a service used in its latest window. @returns what it begins with, where this is its first */
  #add(pod: V1Pod, { atMs, cores, memoryBytes }: Metered): readonly ServiceUsage[] {
    const isReplica = serviceOf(pod) === 'target';
    const service = isReplica ? nameOf(pod) : serviceOf(pod);
    if (this.#telling.has(service)) return [];
    const before = this.#latest.get(service);
    const seconds = Math.max(0, atMs - (before?.atMs ?? atMs)) / 1000;
    const cpuSeconds = (before?.cpuSeconds ?? 0) + cores * seconds;
    const unlimited = { throttledSeconds: 0, cpuLimit: undefined, memoryLimitBytes: undefined };
    const used = { service, isReplica, atMs, cpuSeconds, memoryBytes };
    const usage: ServiceUsage = { ...used, ...unlimited, ...mishapsOf(pod) };
    this.#latest.set(service, usage);
    if (before !== undefined) return [];
    this.#firstAtMs.set(service, atMs);
    return [usage];
  }
}

/** What befell it so far. */
function mishapsOf(pod: V1Pod): Pick<ServiceUsage, 'restarts' | 'outOfMemory' | 'ended'> {
  return {
    restarts: restartsOf(pod),
    outOfMemory: lastEnd(pod)?.reason === 'OOMKilled',
    ended: isRunning(pod) ? undefined : endOf(pod),
  };
}
