import { LabError } from '../../model/errors.ts';
import { type Cluster, serves } from './cluster/cluster.ts';
import type { ClusterContext } from './cluster/context.ts';
import { autoscalingApi } from './manifests/workload.ts';
import { servesMetrics } from './telemetry/metrics-api.ts';

/**
 * Asks the cluster whether it can add replicas by itself: without metrics an autoscaler can be made, and never does anything.
 * @throws {LabError} that names what is missing, and the fix
 */
export async function requireAutoscaling(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { name } = cluster.context;
  if (!(await serves(cluster, autoscalingApi, signal))) {
    throw new LabError(`The cluster of the context ${name} has no autoscaler: it does not serve ${autoscalingApi}.`, {
      hint: 'Take another cluster (--context NAME), or leave out autoscale.',
    });
  }
  if (await servesMetrics(cluster, signal)) return;
  const sentence = `The cluster of the context ${name} cannot scale by itself: it does not tell what pods use (no metrics API).`;
  throw new LabError(sentence, { hint: metricsHint(cluster.context) });
}

/** How a cluster gets a metrics API. */
export function metricsHint({ flavour, clusterName }: Pick<ClusterContext, 'flavour' | 'clusterName'>): string {
  const profile = clusterName === 'minikube' ? '' : ` --profile ${clusterName}`;
  return flavour === 'minikube'
    ? `Add it, and give it a minute: minikube addons enable metrics-server${profile}`
    : 'Install metrics-server, https://github.com/kubernetes-sigs/metrics-server, and give it a minute.';
}
