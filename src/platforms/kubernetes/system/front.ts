import type { V1Service } from '@kubernetes/client-node';
import { LabError } from '../../../model/errors.ts';
import { insist } from '../cluster/cluster.ts';
import { balancerManifests, balancerPort } from '../manifests/balancer.ts';
import { portOf, serviceNameOf, type ServedTopology } from '../manifests/served.ts';
import { hasBalancer } from '../manifests/system.ts';
import { isReady } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { type Application, hostAndPort } from './app.ts';

/** The Service that load goes to. */
export interface Front {
  readonly service: 'app' | 'target' | 'nginx';
  readonly port: number;
  /** By the Service's own address: a name would be looked up for each new connection, and that would be measured too. */
  readonly url: string;
}

const deployment = 'nginx';

/** Starts nginx in front of the replicas that run, and waits until it listens. */
export async function startBalancer(
  run: RunNamespace,
  { topology, replicas }: Application,
  signal: AbortSignal,
): Promise<void> {
  // By their addresses: DNS may still tell those of before.
  const upstreams = replicas.map(({ upstream }) => upstream);
  await run.create(balancerManifests(run.names, topology, upstreams), signal);
  await run.until({ deployment }, 'nginx', (pods) => pods.length === 1 && pods.every(isReady), signal);
}

/** Removes nginx, where it runs. */
export async function removeBalancer(run: RunNamespace, signal: AbortSignal): Promise<void> {
  await run.remove(
    [
      run.object('apps/v1', 'Deployment', deployment),
      run.object('v1', 'ConfigMap', deployment),
      run.object('v1', 'Service', deployment),
    ],
    signal,
  );
  await run.untilNone({ deployment }, signal);
}

/** What load goes to: nginx where a scenario asks for a balancer and there is something to balance, else the Service. */
export async function frontOf(run: RunNamespace, topology: ServedTopology, signal: AbortSignal): Promise<Front> {
  const [service, port] = hasBalancer(topology)
    ? (['nginx', balancerPort] as const)
    : ([serviceNameOf(topology), portOf(topology)] as const);
  const header = { apiVersion: 'v1', kind: 'Service', metadata: { name: service, namespace: run.name } };
  const sentence = `The Service ${service} cannot be looked at`;
  const { spec } = await insist(sentence, async () => run.cluster.objects.read<V1Service>(header), signal);
  const ip = spec?.clusterIP;
  if (ip === undefined || ip === 'None') throw new LabError(`The Service ${service} was given no address.`);
  return { service, port, url: `http://${hostAndPort(ip, port)}` };
}
