import type { V1Pod } from '@kubernetes/client-node';
import type { Limits } from '../../scenarios/scenario.ts';
import type { ReplicaMetrics, ServiceUsage } from '../platform.ts';
import { metricOf } from './exposition.ts';
import type { Metered } from './metrics-api.ts';
import { endOf, nameOf, restartsOf, serviceOf } from './pod-state.ts';
import type { Scrape } from './replica-metrics.ts';

interface Used {
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** What the services that are not the application used in the last window, with their pods; nothing where nobody tells. */
export type UsageSource = (signal: AbortSignal) => Promise<readonly (Metered & { readonly pod: V1Pod })[]>;

/**
 * What services have used so far. A replica tells it of itself, to the second. Of the others the cluster's metrics API knows,
 * where it has one: averages over windows of a quarter of a minute or so, which are added up here.
 */
export class UsageMeter {
  readonly #source: UsageSource;
  readonly #limits: Limits;
  readonly #first = new Map<string, Used>();
  readonly #latest = new Map<string, Used>();

  /** @param limits of each replica */
  constructor(source: UsageSource, limits: Limits) {
    this.#source = source;
    this.#limits = limits;
  }

  async usage(scrape: Scrape, signal: AbortSignal): Promise<readonly ServiceUsage[]> {
    const replicas = scrape.metrics.flatMap((metrics) => this.#replica(metrics, scrape));
    const metered = await this.#source(signal);
    return [...replicas, ...metered.flatMap(({ pod, ...used }) => this.#backend(pod, used))];
  }

  #replica(metrics: ReplicaMetrics, { atMs, pods }: Scrape): readonly ServiceUsage[] {
    const pod = pods.find((candidate) => nameOf(candidate) === metrics.replica);
    if (!('text' in metrics) || pod === undefined) return [];
    const cpuSeconds = metricOf(metrics.text, 'process_cpu_seconds_total');
    const memoryBytes = metricOf(metrics.text, 'process_resident_memory_bytes');
    if (cpuSeconds === undefined || memoryBytes === undefined) return [];
    const throttledSeconds = metricOf(metrics.text, 'container_cpu_throttled_seconds_total') ?? 0;
    const { cpu: cpuLimit, memoryBytes: memoryLimitBytes } = this.#limits;
    const used = { atMs, cpuSeconds, memoryBytes, throttledSeconds, cpuLimit, memoryLimitBytes };
    return [{ service: metrics.replica, ...used, ...stateOf(pod) }];
  }

  /** Nothing where no window has ended since the first one: a rate without a time says nothing. */
  #backend(pod: V1Pod, { atMs, cores, memoryBytes }: Metered): readonly ServiceUsage[] {
    const service = serviceOf(pod);
    const before = this.#latest.get(service) ?? { atMs, cpuSeconds: 0 };
    const seconds = Math.max(0, atMs - before.atMs) / 1000;
    const used: Used = { atMs, cpuSeconds: before.cpuSeconds + cores * seconds, memoryBytes };
    this.#latest.set(service, used);
    const first = this.#first.get(service);
    if (first === undefined) this.#first.set(service, used);
    else if (first.atMs === atMs) return [];
    const unlimited = { throttledSeconds: 0, cpuLimit: undefined, memoryLimitBytes: undefined };
    return [{ service, ...used, ...unlimited, ...stateOf(pod) }];
  }
}

function stateOf(pod: V1Pod): Pick<ServiceUsage, 'restarts' | 'outOfMemory' | 'ended'> {
  const [container] = pod.status?.containerStatuses ?? [];
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  const isOver = container?.state?.running === undefined;
  return {
    restarts: restartsOf(container),
    outOfMemory: ended?.reason === 'OOMKilled',
    ended: isOver ? endOf(pod) : undefined,
  };
}
