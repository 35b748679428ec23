import type { IncomingMessage, ServerResponse } from 'node:http';
import type { V1APIResourceList } from '@kubernetes/client-node';
import type { Cluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import type { Plain } from '../../src/platforms/kubernetes/manifests/plain.ts';
import { readFigures } from './kubelet-figures.ts';

const apiVersion = 'metrics.k8s.io/v1beta1';
const root = `/apis/${apiVersion}`;

const discovery: Plain<V1APIResourceList> = {
  apiVersion: 'v1',
  kind: 'APIResourceList',
  groupVersion: apiVersion,
  resources: [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['list'] },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['list'] },
  ],
};

/** Answers as a metrics API does, by what the kubelets say now. */
export async function answerMetrics(
  cluster: Cluster,
  { url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  try {
    const answer = await answerTo(cluster, pathname, searchParams.get('labelSelector') ?? '');
    if (answer === undefined) send(response, 404, problem(404, 'NotFound', `no ${pathname} here`));
    else send(response, 200, answer);
  } catch (error) {
    send(response, 500, problem(500, 'InternalError', String(error)));
  }
}

async function answerTo(cluster: Cluster, path: string, labelSelector: string): Promise<object | undefined> {
  if (path === root) return discovery;
  if (path === `${root}/nodes`) return nodeMetrics(cluster);
  if (path === `${root}/pods`) return podMetrics(cluster, undefined, labelSelector);
  const namespace = /\/namespaces\/(?<name>[^/]+)\/pods$/.exec(path)?.groups?.name;
  return namespace === undefined ? undefined : podMetrics(cluster, namespace, labelSelector);
}

async function nodeMetrics(cluster: Cluster): Promise<object> {
  const { nodes } = await readFigures(cluster, AbortSignal.timeout(10_000));
  const items = [...nodes].map(([name, figures]) => ({ metadata: { name }, ...figures }));
  return { apiVersion, kind: 'NodeMetricsList', metadata: {}, items };
}

/** Which pods a selector means, the API server itself says. */
async function podMetrics(cluster: Cluster, namespace: string | undefined, labelSelector: string): Promise<object> {
  const { core } = cluster;
  const [selected, { pods }] = await Promise.all([
    namespace === undefined
      ? core.listPodForAllNamespaces({ labelSelector })
      : core.listNamespacedPod({ namespace, labelSelector }),
    readFigures(cluster, AbortSignal.timeout(10_000)),
  ]);
  const items = selected.items.flatMap(({ metadata }) => {
    const found = pods.find(({ pod, namespace: of }) => pod === metadata?.name && of === metadata.namespace);
    const [first] = found?.containers ?? [];
    if (found === undefined || first === undefined) return [];
    const { timestamp, window } = first;
    const containers = found.containers.map(({ name, usage }) => ({ name, usage }));
    const described = { name: found.pod, namespace: found.namespace, labels: metadata?.labels };
    return [{ metadata: described, timestamp, window, containers }];
  });
  return { apiVersion, kind: 'PodMetricsList', metadata: {}, items };
}

function problem(code: number, reason: string, message: string): object {
  return { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code, reason, message };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
