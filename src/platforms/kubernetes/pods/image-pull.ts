import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { insist } from '../cluster/cluster.ts';
import { isRunning, nameOf } from './pod-state.ts';
import type { PodPlace } from './pods.ts';

/** What is read of an event. */
type Told = Pick<CoreV1Event, 'reason'> & { readonly involvedObject: { readonly name?: string } };

/** Whether the image of one of these pods is on its way to a node, as events tell it: that takes its time. */
export async function isPulling(
  { cluster, namespace }: PodPlace,
  pods: readonly V1Pod[],
  signal: AbortSignal,
): Promise<boolean> {
  const notStarted = pods.filter((pod) => !isRunning(pod));
  if (notStarted.length === 0) return false;
  const list = async () => cluster.core.listNamespacedEvent({ namespace });
  const { items } = await insist(`The events of ${namespace} cannot be read`, list, signal);
  return arePulling(items, notStarted.map(nameOf));
}

/** Whether a node has begun to pull the image of one of these pods, and has not told yet what came of it. */
export function arePulling(events: readonly Told[], pods: readonly string[]): boolean {
  const isTold = (pod: string, ...reasons: readonly string[]): boolean =>
    events.some(({ reason = '', involvedObject }) => involvedObject.name === pod && reasons.includes(reason));
  return pods.some((pod) => isTold(pod, 'Pulling') && !isTold(pod, 'Pulled', 'Failed'));
}
