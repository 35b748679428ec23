import type { V1Pod } from '@kubernetes/client-node';
import { scrapeReplica } from '../../common/scrape.ts';
import type { ReplicaMetrics } from '../../platform.ts';
import { type Application, applicationPods } from '../system/app.ts';
import { appPort } from '../manifests/app-container.ts';
import { endOf, isLeaving, isRunning, nameOf } from '../pods/pod-state.ts';
import { askThroughProxy, proxyUrl } from './pod-proxy.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

/** What replicas said, and the pods as they were then. */
export interface Scrape {
  readonly atMs: number;
  readonly pods: readonly V1Pod[];
  readonly metrics: readonly ReplicaMetrics[];
}

/**
 * Reads the metrics of every replica through the API server. Where replicas come and go by themselves, of those that there are;
 * otherwise one that is not there any more is told of.
 */
export async function scrapeApplication(
  run: RunNamespace,
  { topology, replicas }: Application,
  signal: AbortSignal,
): Promise<Scrape> {
  const pods = await applicationPods(run, signal);
  const isChanging = topology.autoscale !== undefined || topology.rollout !== undefined;
  const there = pods.filter((pod) => isRunning(pod) || (!isChanging && !isLeaving(pod)));
  const gone = isChanging ? [] : replicas.filter(({ name }) => !there.some((pod) => nameOf(pod) === name));
  const ask = askThroughProxy(run.cluster);
  const told = await Promise.all(
    there.map(async (pod): Promise<ReplicaMetrics> => {
      const replica = nameOf(pod);
      if (isRunning(pod)) return scrapeReplica(replica, proxyUrl(run.name, replica, appPort), signal, ask);
      const end = endOf(pod);
      // The cluster puts a pod in the place of one that is gone: nothing is lost with it.
      if (end === undefined) return { replica, problem: 'it has not started yet' };
      return { replica, problem: `it ${end}`, ended: true };
    }),
  );
  const lost = gone.map(({ name }): ReplicaMetrics => ({ replica: name, problem: 'its pod was deleted', ended: true }));
  return { atMs: Date.now(), pods, metrics: [...told, ...lost] };
}
