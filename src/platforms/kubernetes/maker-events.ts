import type { CoreV1Event } from '@kubernetes/client-node';
import { look } from './cluster.ts';
import { eventTimeMs } from './event-time.ts';
import type { Trouble } from './pod-state.ts';
import { refusal } from './refusal.ts';
import type { RunNamespace } from './run-namespace.ts';

/** Reasons of the API server not to make a pod that waiting does not mend. */
const finalRefusals = /quota|PodSecurity|security policy|usage per|must specify/i;

/** What the cluster has told since then of Deployments or Jobs, and of their pods. */
export async function eventsOf(
  { cluster, name }: Pick<RunNamespace, 'cluster' | 'name'>,
  makers: readonly string[],
  sinceMs: number,
  signal: AbortSignal,
): Promise<readonly CoreV1Event[]> {
  const list = async () => cluster.core.listNamespacedEvent({ namespace: name });
  const { items } = await look(`The events of ${name} cannot be read`, list, signal);
  // A ReplicaSet is named after its Deployment. Events tell whole seconds, and stay for an hour.
  const isOfThem = (of = ''): boolean => makers.some((maker) => of === maker || of.startsWith(`${maker}-`));
  return items.filter(
    (event) => isOfThem(event.involvedObject.name) && (eventTimeMs(event) ?? Infinity) > sinceMs - 5_000,
  );
}

/** What is read of an event. */
type Told = Pick<CoreV1Event, 'reason' | 'message'> & { readonly involvedObject: { readonly name?: string } };

/** Why the cluster makes no pod. */
export function notMade(events: readonly Told[]): Trouble | undefined {
  const found = events.findLast(({ reason }) => reason === 'FailedCreate');
  if (found?.message === undefined) return undefined;
  const { hint } = refusal('', new Error(found.message));
  const text = `has no pod: ${found.message.replace(/^Error creating: /, '').replace(/\.$/, '')}`;
  return { text, hasLog: false, mayPass: !finalRefusals.test(text), ...(hint === undefined ? {} : { hint }) };
}

/** Whether a node has begun to pull the image of a pod, and has not told yet what came of it. */
export function isPulling(events: readonly Told[]): boolean {
  const podsWith = (...reasons: readonly string[]) =>
    events.filter(({ reason = '' }) => reasons.includes(reason)).map(({ involvedObject }) => involvedObject.name);
  const over = podsWith('Pulled', 'Failed');
  return podsWith('Pulling').some((pod) => !over.includes(pod));
}
