import type { V1Pod } from '@kubernetes/client-node';
import type { HostedTopology, Topology } from '../../../model/plan.ts';
import { plural } from '../../../model/numbers.ts';
import type { Address, Service } from '../../../services/service.ts';
import { versionAnnotation } from '../manifests/labels.ts';
import type { Manifest } from '../manifests/plain.ts';
import { imageOf } from '../manifests/place.ts';
import { workloadOf } from '../manifests/workload.ts';
import { isReady, nameOf } from '../pods/pod-state.ts';
import { listPods } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import type { Trouble } from '../pods/trouble.ts';

/** What is under test. */
export interface Tested {
  readonly topology: Topology | HostedTopology;
  readonly service: Service;
}

/** What is under test as it runs, with the pods that were ready when it was deployed. */
export interface Application extends Tested {
  /** Rises with each roll-out. */
  readonly version: number;
  readonly replicas: readonly ReplicaPod[];
  /** Whether these are the replicas that ran before. */
  readonly isUnchanged: boolean;
}

/** A pod of what is under test. */
export interface ReplicaPod {
  readonly name: string;
  /** As a URL has it: one of IPv6 in brackets. */
  readonly address: Address;
}

/** Starts what is under test, and waits until every replica is ready. */
export async function startApplication(run: RunNamespace, tested: Tested, signal: AbortSignal): Promise<Application> {
  const { config, deployments, services, autoscaler } = workloadOf(run.names, tested.service);
  await run.create([...config, ...services, ...deployments], signal);
  const replicas = await untilReady(run, tested, deployments, signal);
  // Only now: before that it would count what starting takes as load.
  if (autoscaler !== undefined) await run.create([autoscaler], signal);
  return { ...tested, version: 1, replicas, isUnchanged: false };
}

/** Adds replicas to those that run, or takes some away. */
export async function scale(
  run: RunNamespace,
  { topology: before, version, replicas: running }: Application,
  tested: Tested,
  signal: AbortSignal,
): Promise<Application> {
  const { replicas } = tested.topology;
  const { deployments } = workloadOf(run.names, tested.service, { version });
  if (replicas !== before.replicas) {
    for (const { metadata } of deployments) {
      const object = run.object('apps/v1', 'Deployment', metadata?.name ?? '');
      await run.patch({ ...object, ...{ spec: { replicas } } });
    }
  }
  const ready = await untilReady(run, tested, deployments, signal);
  const hosts = (pods: readonly ReplicaPod[]): string => pods.map(({ address }) => address.host).join();
  return { ...tested, version, replicas: ready, isUnchanged: hosts(ready) === hosts(running) };
}

/** Waits until there are as many replicas as there are to be, all ready, and no other. */
async function untilReady(
  run: RunNamespace,
  { topology: { replicas: count }, service }: Tested,
  deployments: readonly Manifest[],
  signal: AbortSignal,
): Promise<readonly ReplicaPod[]> {
  const all = (pods: readonly V1Pod[]): boolean => pods.length === count && pods.every(isReady);
  const makers = deployments.map(({ metadata }) => ({ deployment: metadata?.name ?? '' }));
  const noun = service.isForeign ? `The ${service.title}` : 'The application';
  const what = count === 1 ? noun : `${noun} (${plural(count, 'replica')})`;
  const group = { service: service.name };
  const pods = await run.until(group, what, all, signal, makers, (seen) => lateness(service, seen));
  await run.hurry(group, signal);
  const { inside: port } = service.port;
  return pods.map((pod) => ({ name: nameOf(pod), address: { host: inUrl(pod.status?.podIP ?? ''), port } }));
}

/** A service that says how long it may take to be ready, and has run for longer. */
function lateness(service: Service, pods: readonly V1Pod[]): Trouble | undefined {
  const { port, ready } = service;
  const { limitMs, http } = ready;
  if (limitMs === undefined || !pods.some((pod) => !isReady(pod) && runningMs(pod) > limitMs)) return undefined;
  const where = `port ${port.inside}`;
  const asked = http === undefined || http.isAny ? where : `${http.path} on ${where}`;
  const text = `was not ready after ${limitMs / 1000} s: asked was ${asked}`;
  const { hint = '' } = imageOf(service);
  return {
    text,
    hint: `${hint} Here it runs as the user 1000, without any capability.`.trimStart(),
    hasLog: true,
    patienceMs: 0,
  };
}

/** How long the container of a pod has run. */
function runningMs({ status }: V1Pod): number {
  const startedAt = status?.containerStatuses?.[0]?.state?.running?.startedAt;
  return startedAt === undefined ? 0 : Date.now() - new Date(startedAt).getTime();
}

/** An address with a port, as URLs and nginx take it. */
export function hostAndPort(ip: string, port: number): string {
  return `${inUrl(ip)}:${port}`;
}

function inUrl(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

/** The pods of what is under test now, whatever their state. */
export async function applicationPods(
  run: RunNamespace,
  { service: { name } }: Tested,
  signal: AbortSignal,
): Promise<readonly V1Pod[]> {
  return listPods(run.pods({ service: name }), signal);
}

/** The version of the application that a pod was made for. */
export function versionOf({ metadata }: V1Pod): number {
  return Number(metadata?.annotations?.[versionAnnotation]);
}
