import type { V1Service } from '@kubernetes/client-node';
import { LabError } from '../../../model/errors.ts';
import type { Service } from '../../../services/service.ts';
import { insist } from '../cluster/cluster.ts';
import { objectsOf, workloadOf } from '../manifests/workload.ts';
import { isOneReady } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { type Application, hostAndPort } from './application.ts';

/** The Service that load goes to. */
export interface Front {
  readonly service: string;
  readonly port: number;
  /** By the Service's own address: a name would be looked up for each new connection, and that would be measured too. */
  readonly url: string;
}

/** Starts a balancer in front of the replicas that run, and waits until it listens. */
export async function startBalancer(
  run: RunNamespace,
  balancer: Service,
  { replicas }: Application,
  signal: AbortSignal,
): Promise<void> {
  const { name, title } = balancer;
  // By their addresses: DNS may still tell those of before.
  const copiesOf = () => replicas.map(({ address }) => address);
  await run.create(objectsOf(workloadOf(run.names, balancer, { copiesOf })), signal);
  await run.until({ service: name }, title, isOneReady, signal, [{ deployment: name }]);
}

/** What load goes to: a balancer, or what is under test itself. */
export async function frontOf(
  run: RunNamespace,
  { name: service, port: { inside: port } }: Service,
  signal: AbortSignal,
): Promise<Front> {
  const header = { apiVersion: 'v1', kind: 'Service', metadata: { name: service, namespace: run.name } };
  const sentence = `The Service ${service} cannot be looked at`;
  const { spec } = await insist(sentence, async () => run.cluster.objects.read<V1Service>(header), signal);
  const ip = spec?.clusterIP;
  if (ip === undefined || ip === 'None') throw new LabError(`The Service ${service} was given no address.`);
  return { service, port, url: `http://${hostAndPort(ip, port)}` };
}
