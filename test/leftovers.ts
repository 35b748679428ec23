import os from 'node:os';
import { label } from '../src/platforms/engine/labels.ts';
import { openPlatform } from '../src/platforms/index.ts';
import type { PlatformName } from '../src/platforms/platform.ts';
import { engineProblem, openDocker } from './conformance/docker-engine.ts';
import { clusterEnvironment, clusterProblem, openTestCluster } from './conformance/kubernetes-cluster.ts';

const { signal } = new AbortController();

/** Before all tests: removes what tests that were killed have left on the Engine and the cluster, where it would be in the way. */
export default async function removeLeftovers(): Promise<void> {
  if ((await engineProblem()) === undefined) await removeOf('docker', await hostsOnEngine());
  if ((await clusterProblem()) === undefined) await removeOf('kubernetes', await hostsInCluster());
}

type Labels = Readonly<Record<string, string>> | undefined;

async function hostsOnEngine(): Promise<readonly Labels[]> {
  const docker = await openDocker();
  const filters = { label: [label.host] };
  const [containers, networks, images] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listImages({ filters }),
  ]);
  return [...containers, ...networks, ...images].map(({ Labels: labels }) => labels);
}

async function hostsInCluster(): Promise<readonly Labels[]> {
  const { core, requests } = await openTestCluster();
  const { items } = await core.listNamespace({ labelSelector: label.host });
  requests.close();
  return items.map(({ metadata }) => metadata?.labels);
}

/** Cleans up as each of the hosts that a test has had which is no longer there. */
async function removeOf(platform: PlatformName, labels: readonly Labels[]): Promise<void> {
  const hosts = new Set(labels.map((found) => found?.[label.host] ?? '').filter(isOfDeadTest));
  for (const host of hosts) {
    const environment = { ...clusterEnvironment('any'), SCALE_LAB_HOST: host };
    const opened = await openPlatform(platform, { environment, temporaryFolder: '/nowhere' });
    await opened.down(signal);
    await opened.clean(signal, { images: true });
  }
}

/** Whether a host is one that a test had to itself (`<host>-<test>-<process id>`), whose process has ended. */
function isOfDeadTest(host: string): boolean {
  const pid = /-[a-z-]+-(\d+)$/.exec(host)?.[1];
  if (pid === undefined || !host.startsWith(`${os.hostname()}-`)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    // Not one that somebody else owns.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
