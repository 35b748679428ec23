import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import type { Happening } from '../../../model/running-system.ts';
import type { Service } from '../../../services/service.ts';
import { insist } from '../cluster/cluster.ts';
import { calledAs, describeEnd, isLeaving, isRunning, lastEnd, nameOf, serviceOf } from '../pods/pod-state.ts';
import { listPods } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { eventTimeMs } from './event-time.ts';

/**
 * What befell these services of a run from that moment on, by what their pods and the cluster's events say; the earliest first.
 * Load workers are none of them: what befalls one of them ends the trial.
 */
export async function readHappenings(
  run: RunNamespace,
  services: readonly Service[],
  sinceMs: number,
  signal: AbortSignal,
): Promise<readonly Happening[]> {
  const sentence = `The events of ${run.name} cannot be read`;
  const list = async () => run.cluster.core.listNamespacedEvent({ namespace: run.name });
  const [pods, { items }] = await Promise.all([
    listPods({ cluster: run.cluster, namespace: run.name, labels: {} }, signal),
    insist(sentence, list, signal),
  ]);
  return happeningsOf(pods, items, services).filter(({ atMs }) => atMs >= sinceMs);
}

/** What pods and events say of what befell these services; the earliest first. */
export function happeningsOf(
  pods: readonly V1Pod[],
  events: readonly CoreV1Event[],
  services: readonly Pick<Service, 'name' | 'role' | 'copies'>[],
): readonly Happening[] {
  const ours = pods.flatMap((pod): readonly KnownPod[] => {
    const service = services.find(({ name }) => name === serviceOf(pod));
    if (service === undefined) return [];
    const { name, role } = service;
    return [{ pod, subject: { service: name, copy: calledAs(nameOf(pod), service), role } }];
  });
  const isOther = ({ involvedObject: { name } }: CoreV1Event): boolean =>
    pods.some((pod) => nameOf(pod) === name && !ours.some((our) => our.pod === pod));
  const told = events.filter((event) => !isOther(event)).flatMap((event) => ofEvent(event, ours));
  return [...ours.flatMap(ofPod), ...told].sort((one, other) => one.atMs - other.atMs);
}

/** A pod, and what it is a copy of. */
interface KnownPod {
  readonly pod: V1Pod;
  readonly subject: Pick<Happening, 'service' | 'copy' | 'role'>;
}

/** What events of pods give as their reason when a node does not answer any more. */
const lossReasons = ['NodeNotReady', 'NodeLost', 'TaintManagerEviction'];

function ofPod({ pod, subject }: KnownPod): readonly Happening[] {
  const ended = lastEnd(pod);
  const atMs = ended?.finishedAt?.getTime();
  if (ended === undefined || atMs === undefined) return [];
  if (ended.reason === 'OOMKilled') return [{ atMs, ...subject, kind: 'out-of-memory', text: describeEnd(ended) }];
  // One that leaves ends as it should.
  if (isLeaving(pod)) return [];
  const text = `${describeEnd(ended)}${isRunning(pod) ? ', and was started anew' : ''}`;
  return [{ atMs, ...subject, kind: 'restarted', text }];
}

function ofEvent(event: CoreV1Event, pods: readonly KnownPod[]): readonly Happening[] {
  const found = pods.find(({ pod }) => nameOf(pod) === event.involvedObject.name);
  const atMs = eventTimeMs(event);
  if (atMs === undefined) return [];
  // Their pods may be gone by now, and their names are all that is known of them.
  const subject = found?.subject ?? { copy: event.involvedObject.name ?? '' };
  const said = (event.message ?? '').trim().split('\n')[0]?.replace(/\.$/, '') ?? '';
  const { reason = '' } = event;
  if (reason === 'Evicted') return [{ atMs, ...subject, kind: 'evicted', text: `was evicted: ${said}` }];
  // A node that answers again is no loss.
  if (lossReasons.includes(reason) && !said.startsWith('Cancelling')) {
    return [{ atMs, ...subject, kind: 'node-lost', text: `was lost with its node: ${said}` }];
  }
  // One that starts is not there yet, and one that leaves not any more, as it should be.
  const isExpected = found === undefined || isLeaving(found.pod) || said.startsWith('Startup probe');
  if (reason !== 'Unhealthy' || isExpected) return [];
  return [{ atMs, ...subject, kind: 'probe-failed', text: `did not pass a probe: ${probeEnd(said)}` }];
}

/** The kubelet tells what its own client said of the probe, which had only this to say. */
function probeEnd(said: string): string {
  return /deadline exceeded|timed out/i.test(said) ? 'it did not answer in time' : said;
}
