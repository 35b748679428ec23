import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import type { Happening } from '../../../model/running-system.ts';
import { isNumbered, type Composition } from '../../../model/system.ts';
import { insist } from '../cluster/cluster.ts';
import { describeEnd, isLeaving, isRunning, lastEnd, nameOf, serviceOf } from '../pods/pod-state.ts';
import { listPods } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { eventTimeMs } from './event-time.ts';

/**
 * What befell the services of a system from that moment on, by what their pods and the cluster's events say; the earliest first.
 * Load workers are left out: what befalls one of them ends the trial.
 */
export async function readHappenings(
  run: RunNamespace,
  system: Composition,
  sinceMs: number,
  signal: AbortSignal,
): Promise<readonly Happening[]> {
  const sentence = `The events of ${run.name} cannot be read`;
  const list = async () => run.cluster.core.listNamespacedEvent({ namespace: run.name });
  const [pods, { items }] = await Promise.all([
    listPods({ cluster: run.cluster, namespace: run.name, labels: {} }, signal),
    insist(sentence, list, signal),
  ]);
  return happeningsOf(pods, items, system).filter(({ atMs }) => atMs >= sinceMs);
}

/** What pods and events say of what befell the services of a system; the earliest first. */
export function happeningsOf(
  pods: readonly V1Pod[],
  events: readonly CoreV1Event[],
  system: Composition,
): readonly Happening[] {
  const services = pods.filter((pod) => !['load', 'setup'].includes(serviceOf(pod)));
  const isOther = ({ involvedObject }: CoreV1Event): boolean =>
    pods.some((pod) => nameOf(pod) === involvedObject.name && !services.includes(pod));
  const told = events.filter((event) => !isOther(event)).flatMap((event) => ofEvent(event, services, system));
  return [...services.flatMap((pod) => ofPod(pod, system)), ...told].sort((one, other) => one.atMs - other.atMs);
}

/** What events of pods give as their reason when a node does not answer any more. */
const lossReasons = ['NodeNotReady', 'NodeLost', 'TaintManagerEviction'];

/** By the name under which telemetry knows it: that of a copy which has a number is its pod's. */
function called(pod: V1Pod, system: Composition): string {
  const service = serviceOf(pod);
  return isNumbered(system, service) ? nameOf(pod) : service;
}

function ofPod(pod: V1Pod, system: Composition): readonly Happening[] {
  const service = called(pod, system);
  const ended = lastEnd(pod);
  const atMs = ended?.finishedAt?.getTime();
  if (ended === undefined || atMs === undefined) return [];
  if (ended.reason === 'OOMKilled') return [{ atMs, service, kind: 'out-of-memory', text: describeEnd(ended) }];
  // One that leaves ends as it should.
  if (isLeaving(pod)) return [];
  const text = `${describeEnd(ended)}${isRunning(pod) ? ', and was started anew' : ''}`;
  return [{ atMs, service, kind: 'restarted', text }];
}

function ofEvent(event: CoreV1Event, pods: readonly V1Pod[], system: Composition): readonly Happening[] {
  const pod = pods.find((candidate) => nameOf(candidate) === event.involvedObject.name);
  const atMs = eventTimeMs(event);
  if (atMs === undefined) return [];
  // Their pods may be gone by now, and their names still tell what they were.
  const service = pod === undefined ? (event.involvedObject.name ?? '') : called(pod, system);
  const said = (event.message ?? '').trim().split('\n')[0]?.replace(/\.$/, '') ?? '';
  const { reason = '' } = event;
  if (reason === 'Evicted') return [{ atMs, service, kind: 'evicted', text: `was evicted: ${said}` }];
  // A node that answers again is no loss.
  if (lossReasons.includes(reason) && !said.startsWith('Cancelling')) {
    return [{ atMs, service, kind: 'node-lost', text: `was lost with its node: ${said}` }];
  }
  // One that starts is not there yet, and one that leaves not any more, as it should be.
  const isExpected = pod === undefined || isLeaving(pod) || said.startsWith('Startup probe');
  if (reason !== 'Unhealthy' || isExpected) return [];
  return [{ atMs, service, kind: 'probe-failed', text: `did not pass a probe: ${probeEnd(said)}` }];
}

/** The kubelet tells what its own client said of the probe, which had only this to say. */
function probeEnd(said: string): string {
  return /deadline exceeded|timed out/i.test(said) ? 'it did not answer in time' : said;
}
