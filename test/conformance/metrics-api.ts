import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { V1APIService, V1Namespace, V1Service } from '@kubernetes/client-node';
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

const registration = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1beta1.metrics.k8s.io', labels },
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

/**
 * A namespace with a Service that leads out of the cluster, and what makes the API server ask it. The Service is an address and
 * no ClusterIP: that would lead nowhere until every node has heard of it, and the API server asks at once.
 */
function manifests(address: string, port: number): readonly Manifest[] {
  const namespace: Plain<V1Namespace> = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  const service: Plain<V1Service> = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: name, labels },
    spec: { type: 'ExternalName', externalName: address },
  };
  const apiService: Plain<V1APIService> = {
    ...registration,
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { name, namespace: name, port },
      // Nobody has signed the certificate of a server that lives in a test.
      insecureSkipTLSVerify: true,
    },
  };
  return [namespace, service, apiService];
}

async function uninstall(cluster: Cluster): Promise<void> {
  const { objects } = cluster;
  const found = await objects.read<V1APIService>(registration).catch((error: unknown) => {
    if (refusedWith(error) !== 404) throw error;
  });
  // Somebody else's stays: it may be on its way to be available.
  if (found?.metadata?.labels?.['scale-lab.test'] === labels['scale-lab.test']) await objects.delete(registration);
  await removeNamespace(cluster, name, new AbortController().signal);
}
