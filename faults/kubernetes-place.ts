import { readdir, readFile } from 'node:fs/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { label } from '../src/platforms/engine/labels.ts';
import type { Cluster } from '../src/platforms/kubernetes/cluster/cluster.ts';
import { clusterEnvironment, clusterTraces, killPod, openTestCluster } from '../test/conformance/kubernetes-cluster.ts';
import { scaleLab } from '../test/e2e/cli.ts';
import { left } from './docker-place.ts';
import type { Place, ServiceName, Victim } from './place.ts';

/** A cluster, under a host of its own: its pods are those of one case, as one goes on at a time. */
export interface KubernetesPlace extends Place {
  readonly cluster: Cluster;
  /** The namespaces of the case. */
  namespaces(): Promise<readonly string[]>;
}

/** The cluster that KUBECONFIG names. */
export async function kubernetesPlace(): Promise<KubernetesPlace> {
  const cluster = await openTestCluster();
  const environment = clusterEnvironment('faults');
  const host = String(environment.SCALE_LAB_HOST);
  return {
    name: 'kubernetes',
    cluster,
    environment,
    mostAbreast: 1,
    find: (_, service) => find(cluster, host, service),
    left: (bench) => left(bench, async () => clusterTraces(cluster, 'host', host)),
    namespaces: async () => {
      const { items } = await cluster.core.listNamespace({ labelSelector: `${label.host}=${host}` });
      return items.flatMap(({ metadata }) => metadata?.name ?? []);
    },
    [Symbol.asyncDispose]: async () => {
      await scaleLab(['clean'], { env: environment });
      cluster.requests.close();
    },
  };
}

async function find(cluster: Cluster, host: string, service: ServiceName): Promise<Victim | undefined> {
  const labelSelector = `${label.host}=${host},${label.service}=${service}`;
  const { items } = await cluster.core.listPodForAllNamespaces({ labelSelector });
  const pod = items.find(isRunning);
  const name = pod?.metadata?.name;
  if (pod === undefined || name === undefined) return undefined;
  return {
    name,
    signal: async (signal) => {
      const pid = await mainProcessOf(name);
      if (pid === undefined) throw new Gone(`The pod ${name} has no process that is seen from here.`);
      process.kill(pid, signal);
    },
    remove: () => killPod(cluster, pod),
  };
}

function isRunning({ metadata, status }: V1Pod): boolean {
  const runs = status?.containerStatuses?.some(({ state }) => state?.running !== undefined) ?? false;
  return runs && metadata?.deletionTimestamp === undefined;
}

/** As the kernel says it of a process that has ended. */
class Gone extends Error {
  readonly code = 'ESRCH';
}

/**
 * The first process of the container of a pod, where the node is this machine: it sees that pod's name as the name of its host. The pause
 * container of a pod has no such file.
 */
async function mainProcessOf(pod: string): Promise<number | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const read = async (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const isFirst = /^NSpid:(?:\t\d+)+\t1$/m.test(await read('status'));
    if (isFirst && (await read('root/etc/hostname')).trim() === pod) return Number(pid);
  }
  return undefined;
}
