import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { V1APIService, V1Endpoints, V1Namespace, V1Service } from '@kubernetes/client-node';
import { serveSecurely } from '../../src/load/testing/secure-server.ts';
import { pause, withTimeLimit } from '../../src/platforms/common/time-limit.ts';
import type { Cluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import type { Manifest, Plain } from '../../src/platforms/kubernetes/manifests/plain.ts';
import { servesMetrics } from '../../src/platforms/kubernetes/telemetry/metrics-api.ts';
import { refusedWith } from '../../src/platforms/kubernetes/cluster/refusal.ts';
import { removeNamespace } from '../../src/platforms/kubernetes/pods/run-namespace.ts';
import { answerMetrics } from './metrics-answers.ts';

const name = 'scale-lab-test-metrics';
const labels = { 'scale-lab.test': 'metrics-api' };
const availableLimitMs = 240_000;

const apiService: Plain<V1APIService> & { readonly metadata: { readonly name: string } } = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1beta1.metrics.k8s.io', labels },
  spec: {
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    groupPriorityMinimum: 100,
    versionPriority: 100,
    service: { name, namespace: name },
    // Nobody has signed the certificate of a server that lives in a test.
    insecureSkipTLSVerify: true,
  },
};

/**
 * Gives a cluster a metrics API that has none: a server in this process, which the API server asks as it would ask
 * metrics-server. One that is there already is used, and nothing is installed. Disposing removes all of it. It is for one test
 * file: what two processes install at the same time, they would take from each other.
 */
export async function provideMetricsApi(cluster: Cluster, signal: AbortSignal): Promise<AsyncDisposable> {
  if (await servesMetrics(cluster, signal)) return { [Symbol.asyncDispose]: async () => Promise.resolve() };
  // Of a test that was killed. As long as it is registered and nobody answers for it, no namespace can be removed.
  await uninstall(cluster);
  const address = await addressTowards(cluster);
  const server = await serveSecurely((request, response) => void answerMetrics(cluster, request, response), address);
  const close = async (): Promise<void> => {
    try {
      await uninstall(cluster);
    } finally {
      await server[Symbol.asyncDispose]();
    }
  };
  try {
    for (const object of manifests(address, server.port)) await cluster.objects.create(object);
    await withTimeLimit(availableLimitMs, signal, async (limited) => {
      while (!(await servesMetrics(cluster, limited))) await pause(500, limited);
    });
    return { [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address of this machine at which the nodes reach it: the one that packets to them come from. None is sent. */
async function addressTowards({ core }: Cluster): Promise<string> {
  const [node] = (await core.listNode()).items;
  const internal = node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  if (internal === undefined) throw new Error('the cluster has no node with an address');
  const socket = createSocket(internal.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.connect(9, internal);
    await once(socket, 'connect');
    return socket.address().address;
  } finally {
    socket.close();
  }
}

/** A namespace with a Service that leads out of the cluster, and at last what makes the API server ask it. */
function manifests(ip: string, port: number): readonly Manifest[] {
  const metadata = { name, namespace: name, labels };
  const namespace: Plain<V1Namespace> = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  const service: Plain<V1Service> = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ name: 'https', port: 443, targetPort: port, protocol: 'TCP' }] },
  };
  const endpoints: Plain<V1Endpoints> = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [{ addresses: [{ ip }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
  };
  return [namespace, service, endpoints, apiService];
}

async function uninstall(cluster: Cluster): Promise<void> {
  const { objects } = cluster;
  const found = await objects.read<V1APIService>(apiService).catch((error: unknown) => {
    if (refusedWith(error) !== 404) throw error;
  });
  // Somebody else's stays: it may be on its way to be available.
  if (found?.metadata?.labels?.['scale-lab.test'] === labels['scale-lab.test']) await objects.delete(apiService);
  await removeNamespace(cluster, name);
}
