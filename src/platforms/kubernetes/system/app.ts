import type { V1Pod } from '@kubernetes/client-node';
import type { Topology } from '../../../scenarios/plan.ts';
import { plural } from '../../../numbers.ts';
import { appPods, applicationManifests } from '../manifests/application.ts';
import { appPort } from '../manifests/app-container.ts';
import { versionAnnotation } from '../manifests/labels.ts';
import type { Manifest } from '../manifests/plain.ts';
import { isReady, nameOf } from '../pods/pod-state.ts';
import { listPods } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

/** The application as it runs, with the pods that were ready when it was deployed. */
export interface Application {
  readonly topology: Topology;
  /** Rises with each roll-out. */
  readonly version: number;
  readonly replicas: readonly ReplicaPod[];
  /** Whether these are the replicas that ran before. */
  readonly isUnchanged: boolean;
}

/** A pod of the application. */
export interface ReplicaPod {
  readonly name: string;
  /** As nginx takes it: address and port. */
  readonly upstream: string;
}

const service = { service: 'app' } as const;

/** Starts the application of a topology, and waits until every replica is ready. */
export async function startApplication(
  run: RunNamespace,
  topology: Topology,
  onStep: (step: string) => void,
  signal: AbortSignal,
): Promise<Application> {
  onStep(`${topology.replicas} × app starts`);
  const { config, deployments, services, autoscaler } = applicationManifests(run.surroundings, topology, 1);
  await run.create([...config, ...services, ...deployments], signal);
  const replicas = await untilReady(run, topology.replicas, deployments, signal);
  // Only now: before that it would count what starting takes as load.
  if (autoscaler !== undefined) await run.create([autoscaler], signal);
  return { topology, version: 1, replicas, isUnchanged: false };
}

/** Adds replicas to those that run, or takes some away. */
export async function scale(
  run: RunNamespace,
  { topology: before, version, replicas: running }: Application,
  topology: Topology,
  onStep: (step: string) => void,
  signal: AbortSignal,
): Promise<Application> {
  const { replicas } = topology;
  const { deployments } = applicationManifests(run.surroundings, topology, version);
  const difference = replicas - before.replicas;
  if (difference !== 0) {
    onStep(`${Math.abs(difference)} × app ${difference > 0 ? 'starts' : 'ends'}`);
    const apiVersion = 'apps/v1';
    for (const { metadata } of deployments) {
      const patch = {
        apiVersion,
        kind: 'Deployment',
        metadata: { name: metadata?.name, namespace: run.name },
        spec: { replicas },
      };
      await run.patch(patch);
    }
  }
  const ready = await untilReady(run, replicas, deployments, signal);
  const isUnchanged = ready.map(({ upstream }) => upstream).join() === running.map(({ upstream }) => upstream).join();
  return { topology, version, replicas: ready, isUnchanged };
}

/** Removes the application with its pods, which end at once: nothing is in flight on them. */
export async function removeApplication(run: RunNamespace, signal: AbortSignal): Promise<void> {
  await run.remove(leftBehind(run), signal);
  await run.untilNone(service, signal);
}

/** Everything that any topology makes of an application. */
function leftBehind(run: RunNamespace): readonly Manifest[] {
  return [
    run.object('autoscaling/v1', 'HorizontalPodAutoscaler', 'app'),
    ...['app', 'app-slow'].flatMap((name) => [
      run.object('apps/v1', 'Deployment', name),
      run.object('v1', 'ConfigMap', name),
    ]),
    ...['app', appPods].map((name) => run.object('v1', 'Service', name)),
  ];
}

/** Waits until there are as many replicas as there are to be, all ready, and no other. */
async function untilReady(
  run: RunNamespace,
  count: number,
  deployments: readonly Manifest[],
  signal: AbortSignal,
): Promise<readonly ReplicaPod[]> {
  const all = (pods: readonly V1Pod[]): boolean => pods.length === count && pods.every(isReady);
  const makers = deployments.map(({ metadata }) => ({ deployment: metadata?.name ?? '' }));
  const what = count === 1 ? 'The application' : `The application (${plural(count, 'replica')})`;
  const pods = await run.until(service, what, all, signal, makers);
  await run.hurry(service, signal);
  return pods.map(replicaOf);
}

function replicaOf(pod: V1Pod): ReplicaPod {
  return { name: nameOf(pod), upstream: hostAndPort(pod.status?.podIP ?? '', appPort) };
}

/** An address with a port, as URLs and nginx take it. */
export function hostAndPort(ip: string, port: number): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

/** The pods of the application now, whatever their state. */
export async function applicationPods(run: RunNamespace, signal: AbortSignal): Promise<readonly V1Pod[]> {
  return listPods(run.pods(service), signal);
}

/** The version of the application that a pod was made for. */
export function versionOf({ metadata }: V1Pod): number {
  return Number(metadata?.annotations?.[versionAnnotation]);
}
