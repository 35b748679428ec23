import type { V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Service } from '../../../services/service.ts';
import { label } from '../manifests/labels.ts';

/**
 * What the one container of a pod does. Its own status tells, and the pod's phase only where there is no such status: the phase
 * lags behind it, by as long as the node takes to set a pod up or to take it down (`Pending` while the program runs, `Running`
 * after it has ended). Each state that a real API server shows on the way is in `testing/recorded-pods.json`.
 */
export type PodState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string | undefined }
  | { readonly kind: 'running'; readonly isReady: boolean }
  /** `isWell`: it was to end, and ended with code 0. A server is never to end by itself. */
  | { readonly kind: 'ended'; readonly end: string; readonly isWell: boolean };

/** The one rule by which all that a pod says is read. A pod may be on its way out in each of these states: see {@link isLeaving}. */
export function stateOf({ spec, status }: V1Pod): PodState {
  const { state } = containerOf(status) ?? {};
  const byNode = endByNode(status);
  if (byNode !== undefined) return { kind: 'ended', end: byNode, isWell: false };
  if (state?.terminated !== undefined) {
    const isServer = (spec?.restartPolicy ?? 'Always') === 'Always';
    const end = describeEnd(state.terminated);
    // A server is started anew for as long as its pod is to be there: what ends it for good is its node.
    if (isServer && isOver(status)) return { kind: 'ended', end: `was ended by its node, and ${end}`, isWell: false };
    return { kind: 'ended', end, isWell: !isServer && state.terminated.exitCode === 0 };
  }
  if (state?.running !== undefined) return { kind: 'running', isReady: hasReadyCondition(status) };
  return { kind: 'waiting', reason: state?.waiting?.reason ?? '', message: state?.waiting?.message };
}

/** The name of a pod. */
export function nameOf({ metadata }: V1Pod): string {
  return metadata?.name ?? '';
}

/** What a pod is there for: `app`, `postgres`, `load`. */
export function serviceOf({ metadata }: V1Pod): string {
  return metadata?.labels?.[label.service] ?? '';
}

/** As telemetry calls a pod of a service, by its own name: that is it, where there may be several. */
export function calledAs(pod: string, { name, copies }: Pick<Service, 'name' | 'copies'>): string {
  return copies.kind === 'one' ? name : pod;
}

/** Whether it is on its way out. */
export function isLeaving({ metadata }: V1Pod): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

/** Whether its program runs. */
export function isRunning(pod: V1Pod): boolean {
  return stateOf(pod).kind === 'running';
}

/** Whether the Service sends it requests. */
export function isReady(pod: V1Pod): boolean {
  const state = stateOf(pod);
  return state.kind === 'running' && state.isReady && !isLeaving(pod);
}

/** Whether they are one, and it is ready. */
export function isOneReady(pods: readonly V1Pod[]): boolean {
  return pods.length === 1 && pods.every(isReady);
}

/** Whether its program was to end, and did so well. */
export function hasSucceeded(pod: V1Pod): boolean {
  const state = stateOf(pod);
  return state.kind === 'ended' && state.isWell;
}

/** How its program ended, for good or before it was started anew; undefined while nothing did. */
export function endOf(pod: V1Pod): string | undefined {
  const state = stateOf(pod);
  if (state.kind === 'ended') return state.end;
  const last = lastEnd(pod);
  return last === undefined || restartsOf(pod) === 0 ? undefined : describeEnd(last);
}

/** The end of its program that is the last one, with its time: of the one that runs now, or of the one before it. */
export function lastEnd({ status }: V1Pod): V1ContainerStateTerminated | undefined {
  const container = containerOf(status);
  return container?.state?.terminated ?? container?.lastState?.terminated;
}

/** How often its program was started anew. */
export function restartsOf({ status }: V1Pod): number {
  return containerOf(status)?.restartCount ?? 0;
}

/** How a container ended, in words that follow a name. */
export function describeEnd({ reason, exitCode, message }: V1ContainerStateTerminated): string {
  if (reason === 'OOMKilled') return 'was killed: it was at its memory limit';
  if (reason === 'ContainerCannotRun' || reason === 'StartError') {
    return `could not be started: ${firstLine(message ?? reason)}`;
  }
  return exitCode === 137 ? 'was killed' : `exited with code ${exitCode}`;
}

/** The first line, without a full stop. */
export function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').replace(/\.$/, '');
}

/** How its node, or the cluster, ended a pod, whatever its program said to that; undefined where it did not. */
function endByNode(status: V1Pod['status']): string | undefined {
  if (status?.phase !== 'Failed' || status.reason === undefined) return undefined;
  const { reason, message } = status;
  if (reason === 'Evicted') return `was evicted: ${firstLine(message ?? 'its node ran short')}`;
  if (reason === 'NodeLost') return 'was lost with its node';
  return `was ended by its node: ${firstLine(message ?? reason)}`;
}

function isOver(status: V1Pod['status']): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function containerOf(status: V1Pod['status']): V1ContainerStatus | undefined {
  return status?.containerStatuses?.[0];
}

function hasReadyCondition(status: V1Pod['status']): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}
