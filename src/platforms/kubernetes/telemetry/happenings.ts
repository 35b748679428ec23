import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import type { Topology } from '../../../scenarios/plan.ts';
import type { Happening } from '../../platform.ts';
import { look } from '../cluster/cluster.ts';
import { eventTimeMs } from './event-time.ts';
import { describeEnd, nameOf, serviceOf } from '../pods/pod-state.ts';
import { listPods } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

/**
 * What befell the services of a run from that moment on, by what their pods and the cluster's events say; the earliest first.
 * Load workers are left out: what befalls one of them ends the trial.
 */
export async function readHappenings(
  run: RunNamespace,
  topology: Topology,
  sinceMs: number,
  signal: AbortSignal,
): Promise<readonly Happening[]> {
  const sentence = `The events of ${run.name} cannot be read`;
  const list = async () => run.cluster.core.listNamespacedEvent({ namespace: run.name });
  const [pods, { items }] = await Promise.all([
    listPods({ cluster: run.cluster, namespace: run.name, labels: {} }, signal),
    look(sentence, list, signal),
  ]);
  return happeningsOf(pods, items, topology).filter(({ atMs }) => atMs >= sinceMs);
}

/** What pods and events say of what befell the services; the earliest first. */
export function happeningsOf(
  pods: readonly V1Pod[],
  events: readonly CoreV1Event[],
  topology: Pick<Topology, 'autoscale' | 'rollout'>,
): readonly Happening[] {
  const services = pods.filter((pod) => !['load', 'setup'].includes(serviceOf(pod)));
  const isOther = ({ involvedObject }: CoreV1Event): boolean =>
    pods.some((pod) => nameOf(pod) === involvedObject.name && !services.includes(pod));
  const told = events.filter((event) => !isOther(event)).flatMap((event) => ofEvent(event, services, topology));
  return [...services.flatMap(ofPod), ...told].sort((one, other) => one.atMs - other.atMs);
}

/** What events of pods give as their reason when a node does not answer any more. */
const lossReasons = ['NodeNotReady', 'NodeLost', 'TaintManagerEviction'];

/** By the name under which telemetry knows it: a replica's is its pod's. */
function called(pod: V1Pod): string {
  return serviceOf(pod) === 'app' ? nameOf(pod) : serviceOf(pod);
}

function ofPod(pod: V1Pod): readonly Happening[] {
  const service = called(pod);
  const [container] = pod.status?.containerStatuses ?? [];
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  const atMs = ended?.finishedAt?.getTime();
  if (ended === undefined || atMs === undefined) return [];
  if (ended.reason === 'OOMKilled') return [{ atMs, service, kind: 'out-of-memory', text: describeEnd(ended) }];
  return [{ atMs, service, kind: 'restarted', text: `${describeEnd(ended)}, and was started anew` }];
}

function ofEvent(
  event: CoreV1Event,
  pods: readonly V1Pod[],
  topology: Pick<Topology, 'autoscale' | 'rollout'>,
): readonly Happening[] {
  const pod = pods.find((candidate) => nameOf(candidate) === event.involvedObject.name);
  const atMs = eventTimeMs(event);
  if (atMs === undefined) return [];
  // Their pods may be gone by now, and their names still tell what they were.
  const service = pod === undefined ? (event.involvedObject.name ?? '') : called(pod);
  const said = (event.message ?? '').trim().split('\n')[0]?.replace(/\.$/, '') ?? '';
  const { reason = '' } = event;
  if (reason === 'Evicted') return [{ atMs, service, kind: 'evicted', text: `was evicted: ${said}` }];
  if (lossReasons.includes(reason)) {
    return [{ atMs, service, kind: 'node-lost', text: `was lost with its node: ${said}` }];
  }
  // A replica that starts or leaves within the measured time is not ready for a while, as it should be.
  const isChanging = topology.autoscale !== undefined || topology.rollout !== undefined;
  if (reason !== 'Unhealthy' || pod === undefined || isChanging) return [];
  return [{ atMs, service, kind: 'probe-failed', text: `did not pass a probe: ${probeEnd(said)}` }];
}

/** The kubelet tells what its own client said of the probe, which had only this to say. */
function probeEnd(said: string): string {
  return /deadline exceeded|timed out/i.test(said) ? 'it did not answer in time' : said;
}
