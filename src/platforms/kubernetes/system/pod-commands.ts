import type { V1Pod } from '@kubernetes/client-node';
import type { ActKind } from '../../../model/acts.ts';
import { LabError } from '../../../model/errors.ts';
import type { Service } from '../../../services/service.ts';
import { placeOf } from '../manifests/place.ts';
import { runIn } from '../pods/exec.ts';
import { nameOf } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

/** The acts that are done by a signal to all processes of a container, which needs a namespace that the pod shares. */
export const signals = { kill: 'KILL', pause: 'STOP', resume: 'CONT' } as const satisfies Partial<
  Record<ActKind, string>
>;

/** Whether an act is done by a command in a container. */
export function needsCommand(kind: ActKind): boolean {
  return kind === 'flush' || kind in signals;
}

/**
 * Sends a signal to every process of the container of a pod.
 * @returns as {@link runIn}: one that kills may break off what tells of it
 */
export async function signalAll(
  run: RunNamespace,
  service: string,
  pod: V1Pod,
  kind: keyof typeof signals,
  signal: AbortSignal,
): Promise<string | undefined> {
  const place = { cluster: run.cluster, namespace: run.name, pod: nameOf(pod), container: service };
  return runIn(place, ['sh', '-c', `kill -${signals[kind]} -1`], signal);
}

/**
 * Makes a service forget all that it holds.
 * @throws {LabError} with what its command said
 */
export async function flush(run: RunNamespace, service: Service, pod: V1Pod, signal: AbortSignal): Promise<void> {
  const { name, title } = service;
  if (service.flush === undefined) throw new Error(`${name} has nothing to flush: the plan should not have been run`);
  const at = placeOf(run.names, service, { name, number: 1, of: 1 });
  const place = { cluster: run.cluster, namespace: run.name, pod: nameOf(pod), container: name };
  const problem = await runIn(place, ['sh', '-c', service.flush(at)], signal);
  if (problem !== undefined) throw new LabError(`${title} cannot be flushed: ${problem}.`);
}
