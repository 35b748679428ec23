import type { V1Pod } from '@kubernetes/client-node';
import { endOfLog, mostLogLines, withLog } from '../../../machine/log-tail.ts';
import { pause, unlessAborted } from '../../../machine/time-limit.ts';
import { LabError } from '../../../model/errors.ts';
import { type Cluster, insist, insistOnRemoval } from '../cluster/cluster.ts';
import { selector } from '../cluster/labels.ts';
import { isLeaving, nameOf, restartsOf, serviceOf } from './pod-state.ts';
import { type Trouble, troubleOf } from './trouble.ts';

/** The pods of a Deployment, or all that are there for something: a Job is called as its pods' service is. */
export type Pods = { readonly deployment: string } | { readonly service: string };

/** Where the pods of a run are. */
export interface PodPlace {
  readonly cluster: Cluster;
  readonly namespace: string;
}

/** Pods of a run, by their namespace and labels. */
export interface PodGroup extends PodPlace {
  /** Those that all of them carry. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What else is looked at, and told, while pods are waited for. */
export interface Waiting {
  /** Asked for trouble of which the pods themselves do not tell. */
  readonly lookElsewhere: (pods: readonly V1Pod[]) => Promise<Trouble | undefined>;
  /** Told, at each look, of trouble that may pass. */
  readonly onTrouble: (text: string) => void;
}

const pollMs = 250;
/** What pods do not tell of themselves is asked for less often: most are as they are to be before that. */
const elsewhereEveryMs = 1_000;
/** Longer than an image of this size takes to be pulled over a slow line. */
const readyLimitMs = 300_000;

/** The pods of a group now, those on their way out included, by name. */
export async function listPods(
  { cluster, namespace, labels }: PodGroup,
  signal: AbortSignal,
): Promise<readonly V1Pod[]> {
  const list = await insist(
    `The pods in ${namespace} cannot be listed`,
    async () => cluster.core.listNamespacedPod({ namespace, labelSelector: selector(labels) }),
    signal,
  );
  return [...list.items].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

/**
 * Waits until pods are as they are to be.
 * @param what as it is called in messages: "PostgreSQL"
 * @param isDone looks at all pods of the group that are not on their way out
 * @throws {LabError} with the reason and the end of the log where a pod cannot come to that, or it takes too long
 */
export async function untilPods(
  group: PodGroup,
  what: string,
  isDone: (pods: readonly V1Pod[]) => boolean,
  signal: AbortSignal,
  { lookElsewhere, onTrouble }: Waiting,
): Promise<readonly V1Pod[]> {
  const startedMs = performance.now();
  let troubledSinceMs: number | undefined;
  let elsewhere: Trouble | undefined;
  let lookedMs = startedMs;
  for (;;) {
    const pods = (await listPods(group, signal)).filter((pod) => !isLeaving(pod));
    if (isDone(pods)) return pods;
    const [first] = pods.flatMap((pod) => {
      const trouble = troubleOf(pod);
      return trouble === undefined ? [] : [{ pod, trouble }];
    });
    if (first === undefined && performance.now() - lookedMs >= elsewhereEveryMs) {
      elsewhere = await lookElsewhere(pods);
      lookedMs = performance.now();
    }
    const trouble = first?.trouble ?? elsewhere;
    troubledSinceMs = trouble === undefined ? undefined : (troubledSinceMs ?? performance.now());
    const isOver = performance.now() - startedMs > readyLimitMs;
    const troubledMs = performance.now() - (troubledSinceMs ?? performance.now());
    if (trouble !== undefined && (troubledMs >= trouble.patienceMs || isOver))
      throw await failure(group, what, trouble, signal, first?.pod ?? pods[0]);
    if (trouble !== undefined) onTrouble(trouble.text);
    if (isOver) {
      const text = `was not ready after ${readyLimitMs / 1000} s`;
      throw await failure(group, what, { text, hasLog: true, patienceMs: 0 }, signal, pods[0]);
    }
    await pause(pollMs, signal);
  }
}

async function failure(
  { cluster, namespace }: PodGroup,
  what: string,
  trouble: Trouble,
  signal: AbortSignal,
  pod?: V1Pod,
): Promise<LabError> {
  const { text, hint, hasLog } = trouble;
  const told =
    hasLog && pod !== undefined ? withLog(serviceOf(pod), await podLog(cluster, namespace, pod, signal)) : {};
  return new LabError(`${what} ${text}.`, { ...told, ...(hint === undefined ? {} : { hint }) });
}

/**
 * The end of a pod's log: where its program was started anew and has said nothing yet, of the time before. Empty where it cannot be
 * read, or the signal is given.
 */
export async function podLog({ core }: Cluster, namespace: string, pod: V1Pod, signal: AbortSignal): Promise<string> {
  const read = async (previous: boolean): Promise<string> => {
    const asked = core.readNamespacedPodLog({ name: nameOf(pod), namespace, previous, tailLines: mostLogLines });
    return unlessAborted(asked, signal).catch(() => '');
  };
  const before = restartsOf(pod) > 0 ? await read(true) : '';
  return endOfLog(Buffer.from(before.trim() === '' ? await read(false) : before));
}

/** Ends pods at once: nothing is in flight that they would have to finish. */
export async function killPods(group: PodGroup, pods: readonly V1Pod[], signal: AbortSignal): Promise<void> {
  const { cluster, namespace } = group;
  await Promise.all(
    pods.map(async (pod) => {
      const header = { apiVersion: 'v1', kind: 'Pod', metadata: { name: nameOf(pod), namespace } };
      const kill = async () => cluster.objects.delete(header, undefined, undefined, 0);
      await insistOnRemoval(`The pod ${nameOf(pod)} cannot be removed`, kill, signal);
    }),
  );
}
