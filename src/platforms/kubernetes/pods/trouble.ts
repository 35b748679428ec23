import type { V1Pod } from '@kubernetes/client-node';
import { imageMissingHint } from '../images/missing.ts';
import { imageAnnotation } from '../manifests/labels.ts';
import { endOf, firstLine, isLeaving, restartsOf, stateOf } from './pod-state.ts';

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

const imageReasons = ['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName', 'ImageInspectError'];

/** What keeps a pod from running, or has ended it; undefined where there is nothing but waiting, or all is as it is to be. */
export function troubleOf(pod: V1Pod): Trouble | undefined {
  if (isLeaving(pod)) return undefined;
  const state = stateOf(pod);
  if (state.kind === 'waiting') return unscheduled(pod) ?? notStarted(pod, state) ?? ofEnd(pod);
  // One that ended once and runs well again is no trouble by itself; what befell it is told elsewhere.
  const isWell = state.kind === 'running' ? state.isReady : state.isWell;
  return isWell ? undefined : ofEnd(pod);
}

function unscheduled({ status }: V1Pod): Trouble | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  const text = `stays pending: ${firstLine(scheduled.message ?? 'no node takes it')}`;
  const hint = 'Give the cluster room: lower replicas or limits of the scenario, or add a node.';
  return { text, hint, hasLog: false, patienceMs: passingMs };
}

type Waiting = Extract<ReturnType<typeof stateOf>, { kind: 'waiting' }>;

function notStarted(pod: V1Pod, { reason, message }: Waiting): Trouble | undefined {
  if (imageReasons.includes(reason)) {
    const said = message === undefined ? '' : `: ${firstLine(message)}`;
    const image = pod.status?.containerStatuses?.[0]?.image ?? '';
    // The first answer of a registry may be a hiccup; the second try, a back-off later, is not.
    return {
      text: `cannot start: its node cannot find the image ${image}${said}`,
      hint: imageMissingHint(pod.metadata?.annotations?.[imageAnnotation]),
      hasLog: false,
      patienceMs: reason === 'ErrImagePull' ? passingMs : 0,
    };
  }
  if (!/^(CreateContainer.*Error|RunContainerError|PreStartHookError)$/.test(reason)) return undefined;
  const text = `could not be started: ${firstLine(message ?? reason)}`;
  return { text, hint: 'See docs/kubernetes.md for what each image must understand.', hasLog: false, patienceMs: 0 };
}

function ofEnd(pod: V1Pod): Trouble | undefined {
  const end = endOf(pod);
  if (end === undefined) return undefined;
  const hint = end.includes('memory limit') ? { hint: 'Raise limits.memory.' } : {};
  const again = restartsOf(pod) > 0 && stateOf(pod).kind === 'waiting' ? ', again and again' : '';
  return { text: `${end}${again}`, ...hint, hasLog: true, patienceMs: 0 };
}
