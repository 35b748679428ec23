import type { V1Deployment, V1Job } from '@kubernetes/client-node';
import { insist } from '../cluster/cluster.ts';
import { hintForRefusal } from '../cluster/refusal.ts';
import type { PodPlace, Pods } from './pods.ts';
import { type Trouble, passingMs } from './trouble.ts';

/** Reasons of the API server not to make a pod that waiting does not mend. */
const finalRefusals = /PodSecurity|security policy|usage per|must specify/i;
/** What pods of before had of a quota is given back a moment after they are gone. */
const quotaMs = 5_000;

function patienceFor(message: string): number {
  if (finalRefusals.test(message)) return 0;
  return /exceeded quota/i.test(message) ? quotaMs : passingMs;
}

/** Why the cluster makes no pods, or too few, for Deployments or for a Job; undefined where nothing keeps it from that. */
export async function creationTrouble(
  place: PodPlace,
  makers: readonly Pods[],
  signal: AbortSignal,
): Promise<Trouble | undefined> {
  for (const maker of makers) {
    const message =
      'deployment' in maker
        ? await ofDeployment(place, maker.deployment, signal)
        : await ofJob(place, maker.service, signal);
    if (message === undefined) continue;
    const text = `has no pod: ${message.replace(/^Error creating: /, '').replace(/\.$/, '')}`;
    const hint = hintForRefusal(message);
    return { text, hasLog: false, patienceMs: patienceFor(message), ...(hint === undefined ? {} : { hint }) };
  }
  return undefined;
}

/** What its controller says as long as it is so. */
async function ofDeployment(place: PodPlace, name: string, signal: AbortSignal): Promise<string | undefined> {
  const header = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: place.namespace } };
  const read = async () => place.cluster.objects.read<V1Deployment>(header);
  const { status } = await insist(`The Deployment ${name} cannot be looked at`, read, signal);
  return status?.conditions?.find(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True')?.message;
}

/** A Job has no condition for that: its events tell, those of this Job and of none of that name before. */
async function ofJob(place: PodPlace, name: string, signal: AbortSignal): Promise<string | undefined> {
  const { core, objects } = place.cluster;
  const header = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: place.namespace } };
  const job = await insist(`The Job ${name} cannot be looked at`, async () => objects.read<V1Job>(header), signal);
  const fieldSelector = `reason=FailedCreate,involvedObject.uid=${job.metadata?.uid ?? ''}`;
  const list = async () => core.listNamespacedEvent({ namespace: place.namespace, fieldSelector });
  const { items } = await insist(`The events of ${place.namespace} cannot be read`, list, signal);
  return items.at(-1)?.message;
}
