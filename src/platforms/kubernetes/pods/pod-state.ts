import type { V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { imageMissingHint } from '../images/missing.ts';
import { label } from '../manifests/labels.ts';

/** Why a pod does not do what it is to do. */
export interface Trouble {
  /** What follows its name: "cannot be scheduled: 0/1 nodes are available". */
  readonly text: string;
  readonly hint?: string;
  /** Whether its log tells more. */
  readonly hasLog: boolean;
  /** How long waiting may mend it: only when it does not is this the reason. */
  readonly patienceMs: number;
}

/** Nodes, and registries, may be busy for a moment. A cluster that adds nodes by itself takes longer, and is not waited for. */
export const passingMs = 20_000;

/** The name of a pod. */
export function nameOf({ metadata }: V1Pod): string {
  return metadata?.name ?? '';
}

/** What a pod is there for: `app`, `postgres`, `load`. */
export function serviceOf({ metadata }: V1Pod): string {
  return metadata?.labels?.[label.service] ?? '';
}

/** Whether it is on its way out. */
export function isLeaving({ metadata }: V1Pod): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

/** Whether the Service sends it requests. */
export function isReady(pod: V1Pod): boolean {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && !isLeaving(pod);
}

/** Whether its program runs. */
export function isRunning({ status }: V1Pod): boolean {
  return status?.phase === 'Running' && status.containerStatuses?.[0]?.state?.running !== undefined;
}

/** How its program ended, for good or before it was started anew; undefined while nothing did. */
export function endOf({ status }: V1Pod): string | undefined {
  if (status?.reason === 'Evicted') return `was evicted: ${plain(status.message ?? 'its node ran short')}`;
  if (status?.reason === 'NodeLost') return 'was lost with its node';
  const [container] = status?.containerStatuses ?? [];
  const ended =
    container?.state?.terminated ?? (restartsOf(container) > 0 ? container?.lastState?.terminated : undefined);
  return ended && describeEnd(ended);
}

/** How a container ended, in words that follow a name. */
export function describeEnd({ reason, exitCode, message }: V1ContainerStateTerminated): string {
  if (reason === 'OOMKilled') return 'was killed: it was at its memory limit';
  if (reason === 'ContainerCannotRun' || reason === 'StartError') {
    return `could not be started: ${plain(message ?? reason)}`;
  }
  return exitCode === 137 ? 'was killed' : `exited with code ${exitCode}`;
}

/** How often its program was started anew. */
export function restartsOf(container: V1ContainerStatus | undefined): number {
  return container?.restartCount ?? 0;
}

/** What keeps a pod from running, or has ended it; undefined where there is nothing but waiting. */
export function troubleOf(pod: V1Pod): Trouble | undefined {
  return unscheduled(pod) ?? ofContainer(pod);
}

function unscheduled({ status }: V1Pod): Trouble | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  const text = `stays pending: ${plain(scheduled.message ?? 'no node takes it')}`;
  const hint = 'Give the cluster room: lower replicas or limits of the scenario, or add a node.';
  return { text, hint, hasLog: false, patienceMs: passingMs };
}

const imageReasons = ['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName', 'ImageInspectError'];

function ofContainer(pod: V1Pod): Trouble | undefined {
  const container = (pod.status?.initContainerStatuses ?? []).concat(pod.status?.containerStatuses ?? [])[0];
  const waiting = container?.state?.waiting;
  if (container !== undefined && imageReasons.includes(waiting?.reason ?? '')) {
    const said = waiting?.message === undefined ? '' : `: ${plain(waiting.message)}`;
    const text = `cannot start: its node cannot find the image ${container.image}${said}`;
    // The first answer of a registry may be a hiccup; the second try, a back-off later, is not.
    return {
      text,
      hint: imageMissingHint(serviceOf(pod)),
      hasLog: false,
      patienceMs: waiting?.reason === 'ErrImagePull' ? passingMs : 0,
    };
  }
  if (/^(CreateContainer.*Error|RunContainerError|PreStartHookError)$/.test(waiting?.reason ?? '')) {
    const text = `could not be started: ${plain(waiting?.message ?? waiting?.reason ?? '')}`;
    return { text, hint: 'See docs/kubernetes.md for what each image must understand.', hasLog: false, patienceMs: 0 };
  }
  const end = endOf(pod);
  // One that ended once and runs well again is no trouble by itself; what befell it is told elsewhere.
  if (end === undefined || isReady(pod)) return undefined;
  const hint = end.includes('memory limit') ? { hint: 'Raise limits.memory.' } : {};
  const again = waiting?.reason === 'CrashLoopBackOff' ? ', again and again' : '';
  return { text: `${end}${again}`, ...hint, hasLog: true, patienceMs: 0 };
}

/** The first line, without a full stop. */
function plain(text: string): string {
  return (text.trim().split('\n')[0] ?? '').replace(/\.$/, '');
}
