import type { V1Pod } from '@kubernetes/client-node';
import { together } from '../../../machine/together.ts';
import { plural } from '../../../model/numbers.ts';
import { appPods, autoscalingApi } from '../manifests/application.ts';
import { hostedName } from '../manifests/hosted.ts';
import { versionAnnotation } from '../manifests/labels.ts';
import type { Manifest } from '../manifests/plain.ts';
import { portOf, servedManifests, serviceNameOf, type ServedTopology } from '../manifests/served.ts';
import { isReady, nameOf } from '../pods/pod-state.ts';
import { listPods } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import type { Trouble } from '../pods/trouble.ts';

/** The application as it runs, with the pods that were ready when it was deployed. */
export interface Application {
  readonly topology: ServedTopology;
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

/** Starts the application of a topology, and waits until every replica is ready. */
export async function startApplication(
  run: RunNamespace,
  topology: ServedTopology,
  signal: AbortSignal,
): Promise<Application> {
  const { config, deployments, services, autoscaler } = servedManifests(run.names, topology, 1);
  await run.create([...config, ...services, ...deployments], signal);
  const replicas = await untilReady(run, topology, deployments, signal);
  // Only now: before that it would count what starting takes as load.
  if (autoscaler !== undefined) await run.create([autoscaler], signal);
  return { topology, version: 1, replicas, isUnchanged: false };
}

/** Adds replicas to those that run, or takes some away. */
export async function scale(
  run: RunNamespace,
  { topology: before, version, replicas: running }: Application,
  topology: ServedTopology,
  signal: AbortSignal,
): Promise<Application> {
  const { replicas } = topology;
  const { deployments } = servedManifests(run.names, topology, version);
  const difference = replicas - before.replicas;
  if (difference !== 0) {
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
  const ready = await untilReady(run, topology, deployments, signal);
  const isUnchanged = ready.map(({ upstream }) => upstream).join() === running.map(({ upstream }) => upstream).join();
  return { topology, version, replicas: ready, isUnchanged };
}

/** Removes the application with its pods, which end at once: nothing is in flight on them. */
export async function removeApplication(run: RunNamespace, signal: AbortSignal): Promise<void> {
  await run.remove(leftBehind(run), signal);
  await together(signal, (limited) => [
    run.untilNone({ service: 'app' }, limited),
    run.untilNone({ service: hostedName }, limited),
  ]);
}

/** Everything that any topology makes. */
function leftBehind(run: RunNamespace): readonly Manifest[] {
  return [
    run.object(autoscalingApi, 'HorizontalPodAutoscaler', 'app'),
    ...['app', 'app-slow'].flatMap((name) => [
      run.object('apps/v1', 'Deployment', name),
      run.object('v1', 'ConfigMap', name),
    ]),
    run.object('apps/v1', 'Deployment', hostedName),
    run.object('v1', 'Secret', hostedName),
    ...['app', appPods, hostedName].map((name) => run.object('v1', 'Service', name)),
  ];
}

/** Waits until there are as many replicas as there are to be, all ready, and no other. */
async function untilReady(
  run: RunNamespace,
  topology: ServedTopology,
  deployments: readonly Manifest[],
  signal: AbortSignal,
): Promise<readonly ReplicaPod[]> {
  const service = serviceNameOf(topology);
  const { replicas: count } = topology;
  const all = (pods: readonly V1Pod[]): boolean => pods.length === count && pods.every(isReady);
  const makers = deployments.map(({ metadata }) => ({ deployment: metadata?.name ?? '' }));
  const noun = topology.kind === 'app' ? 'The application' : 'The target';
  const what = count === 1 ? noun : `${noun} (${plural(count, 'replica')})`;
  const pods = await run.until({ service }, what, all, signal, makers, (seen) => lateness(topology, seen));
  await run.hurry({ service }, signal);
  return pods.map((pod) => ({ name: nameOf(pod), upstream: hostAndPort(pod.status?.podIP ?? '', portOf(topology)) }));
}

/** A server of the user's own that has run for longer than it may take to be ready. */
function lateness(topology: ServedTopology, pods: readonly V1Pod[]): Trouble | undefined {
  if (topology.kind === 'app') return undefined;
  const { readyLimitMs, readyPath, port } = topology;
  const isLate = pods.some((pod) => !isReady(pod) && runningMs(pod) > readyLimitMs);
  if (!isLate) return undefined;
  const asked = readyPath === undefined ? `port ${port}` : `${readyPath} on port ${port}`;
  const text = `was not ready after ${readyLimitMs / 1000} s: asked was ${asked}`;
  const hint =
    `It has to listen on port ${port} of all addresses (0.0.0.0); the variable PORT says so, too. ` +
    'Here it runs as the user 1000, without any capability.';
  return { text, hint, hasLog: true, patienceMs: 0 };
}

/** How long the container of a pod has run. */
function runningMs({ status }: V1Pod): number {
  const startedAt = status?.containerStatuses?.[0]?.state?.running?.startedAt;
  return startedAt === undefined ? 0 : Date.now() - new Date(startedAt).getTime();
}

/** An address with a port, as URLs and nginx take it. */
export function hostAndPort(ip: string, port: number): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

/** The pods of the application now, whatever their state. */
export async function applicationPods(
  run: RunNamespace,
  signal: AbortSignal,
  service: 'app' | 'target' = 'app',
): Promise<readonly V1Pod[]> {
  return listPods(run.pods({ service }), signal);
}

/** The version of the application that a pod was made for. */
export function versionOf({ metadata }: V1Pod): number {
  return Number(metadata?.annotations?.[versionAnnotation]);
}
