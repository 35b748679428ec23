import type { V1Pod } from '@kubernetes/client-node';
import { TimeLimit, withTimeLimit } from '../../../machine/time-limit.ts';
import { losesReplicas } from '../../../model/plan.ts';
import type { ReplicaMetrics } from '../../../model/running-system.ts';
import { scrapeCopy } from '../../common/scrape.ts';
import { endOf, isLeaving, isRunning, nameOf } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { type Application, applicationPods } from '../system/application.ts';
import { askThroughProxy, proxyUrl } from './pod-proxy.ts';

/** What replicas said, and the pods as they were then. */
export interface Scrape {
  /** When it was over. */
  readonly atMs: number;
  /** When each replica answered: one that takes its time says nothing of the others' times. */
  readonly answeredMs: ReadonlyMap<string, number>;
  readonly pods: readonly V1Pod[];
  readonly metrics: readonly ReplicaMetrics[];
}

/** Which replicas there are is asked anew each time, and no longer than a replica itself is waited for. */
const listLimitMs = 2_000;

/**
 * Reads the metrics of every replica through the API server. Where replicas come and go by themselves, of those that there are;
 * otherwise one that is not there any more is told of.
 */
export async function scrapeApplication(
  run: RunNamespace,
  application: Application,
  signal: AbortSignal,
): Promise<Scrape> {
  try {
    const pods = await withTimeLimit(listLimitMs, signal, async (limited) =>
      applicationPods(run, application, limited),
    );
    return await scrapePods(run, application, pods, signal);
  } catch (error) {
    if (!(error instanceof TimeLimit)) throw error;
    const problem = 'the API server does not say in time which replicas there are';
    const metrics = application.replicas.map(({ name }): ReplicaMetrics => ({ replica: name, problem }));
    return { atMs: Date.now(), answeredMs: new Map(), pods: [], metrics };
  }
}

async function scrapePods(
  run: RunNamespace,
  { topology, service, replicas }: Application,
  pods: readonly V1Pod[],
  signal: AbortSignal,
): Promise<Scrape> {
  const isChanging = losesReplicas(topology);
  const there = pods.filter((pod) => isRunning(pod) || (!isChanging && !isLeaving(pod)));
  const gone = isChanging ? [] : replicas.filter(({ name }) => !there.some((pod) => nameOf(pod) === name));
  const ask = askThroughProxy(run.cluster);
  const answeredMs = new Map<string, number>();
  const told = await Promise.all(
    there.map(async (pod): Promise<ReplicaMetrics | undefined> => {
      const replica = nameOf(pod);
      if (!isRunning(pod)) return notRunning(pod);
      // Nobody has said that it tells anything.
      if (service.counters === undefined) return undefined;
      const url = proxyUrl(run.name, replica, service.port.inside);
      const metrics = await scrapeCopy(replica, url, service.counters, signal, ask);
      answeredMs.set(replica, Date.now());
      return metrics;
    }),
  );
  const lost = gone.map(({ name }): ReplicaMetrics => ({ replica: name, problem: 'its pod was deleted', ended: true }));
  return { atMs: Date.now(), answeredMs, pods, metrics: [...told.filter((metrics) => metrics !== undefined), ...lost] };
}

function notRunning(pod: V1Pod): ReplicaMetrics {
  const end = endOf(pod);
  // The cluster puts a pod in the place of one that is gone: nothing is lost with it.
  if (end === undefined) return { replica: nameOf(pod), problem: 'it has not started yet' };
  return { replica: nameOf(pod), problem: `it ${end}`, ended: true };
}
