import os from 'node:os';
import type { V1Pod } from '@kubernetes/client-node';
import { type Cluster, openCluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import { chooseContext } from '../../src/platforms/kubernetes/cluster/context.ts';
import { labelValue } from '../../src/platforms/kubernetes/cluster/labels.ts';
import { label } from '../../src/platforms/engine/labels.ts';

const { signal } = new AbortController();

/** Whether a machine without a cluster fails the tests that need one. */
export const isRequired = process.env.SCALE_LAB_REQUIRE_KUBERNETES === '1';

/**
 * The environment of tests that clean up: under a host of their own, so that they and others do not see each other. Tests use
 * the cluster that KUBECONFIG names, and not whatever a developer works on by default.
 */
export function clusterEnvironment(name: string): NodeJS.ProcessEnv {
  const { KUBECONFIG = '/nowhere/kubeconfig' } = process.env;
  return { ...process.env, KUBECONFIG, SCALE_LAB_HOST: labelValue(`${os.hostname()}-${name}-${process.pid}`) };
}

/** The cluster of these tests, past everything that is tested. */
export async function openTestCluster(): Promise<Cluster> {
  return openCluster(
    await chooseContext({ platform: 'kubernetes', environment: clusterEnvironment('any') }, signal),
    signal,
  );
}

/** Why no cluster can be used; undefined where one can. */
export async function clusterProblem(): Promise<string | undefined> {
  if (process.env.KUBECONFIG === undefined) return 'no cluster is given: KUBECONFIG is not set';
  try {
    (await openTestCluster()).requests.close();
    return undefined;
  } catch (error) {
    return `no cluster answers: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What carries a label with that value: namespaces, and the pods in them with what they run; a line each, in order. */
export async function clusterTraces(
  { core }: Cluster,
  key: keyof typeof label,
  value: string,
): Promise<readonly string[]> {
  const labelSelector = `${label[key]}=${value}`;
  const [namespaces, pods] = await Promise.all([
    core.listNamespace({ labelSelector }),
    core.listPodForAllNamespaces({ labelSelector }),
  ]);
  return [
    ...namespaces.items.map(({ metadata }) => `namespace ${String(metadata?.name)}`),
    ...pods.items.map(({ metadata, spec }) => `pod ${String(metadata?.name)} ${commandOf(spec)}`),
  ].sort();
}

function commandOf(spec: V1Pod['spec']): string {
  return (spec?.containers ?? []).map(({ command = [], args = [] }) => [...command, ...args].join(' ')).join('; ');
}

/** The pods of a run that are there for something. */
export async function podsOf({ core }: Cluster, runId: string, service: string): Promise<readonly V1Pod[]> {
  const labelSelector = `${label.run}=${runId},${label.service}=${service}`;
  return (await core.listNamespacedPod({ namespace: `scale-lab-${runId}`, labelSelector })).items;
}

/** Deletes a pod at once: without a word to it. */
export async function killPod({ core }: Cluster, pod: V1Pod | undefined): Promise<void> {
  const name = pod?.metadata?.name ?? '';
  const namespace = pod?.metadata?.namespace ?? '';
  await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
}
