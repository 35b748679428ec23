import type { V1Pod } from '@kubernetes/client-node';
import { pause, withTimeLimit } from '../../../machine/time-limit.ts';
import { versionAnnotation } from '../manifests/labels.ts';
import type { Manifest } from '../manifests/plain.ts';
import { isReady, isRunning } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { type RunningService, deploymentsOf, podsOf } from './running-service.ts';

const pollMs = 250;
/** Longer than any time of grace: one that runs still lies on a node that does not answer. */
const lastLimitMs = 60_000;

/**
 * Rolls a new version out: the Deployments replace their pods one after another. Resolves when the last pod of the old version has
 * ended, and as many of the new one are ready.
 * @throws {LabError} with what keeps the new version from becoming ready
 */
export async function rollOut(
  run: RunNamespace,
  running: RunningService,
  signal: AbortSignal,
): Promise<RunningService> {
  const { service, workload, count } = running;
  const version = running.version + 1;
  const deployments = deploymentsOf(workload);
  for (const deployment of deployments) await run.patch(patchOf(run, deployment, version));
  const isNew = (pod: V1Pod): boolean => versionOf(pod) === version;
  const areReady = (pods: readonly V1Pod[]): boolean => pods.every(isNew) && pods.filter(isReady).length >= count;
  const makers = deployments.map((deployment) => ({ deployment }));
  await run.until({ service: service.name }, 'The new version', areReady, signal, makers);
  // What has ended is listed until its node has put everything of it away, which may take much longer.
  const isOver = (pod: V1Pod): boolean => isNew(pod) || !isRunning(pod);
  await withTimeLimit(lastLimitMs, signal, async (limited) => {
    while (!(await podsOf(run, service, limited)).every(isOver)) await pause(pollMs, limited);
  });
  // Its pods are left as they are told to be at its deployment: nobody balances or counts them by name.
  return { ...running, version };
}

/** Nothing but the new version: what else there is stays. */
function patchOf(run: RunNamespace, name: string, version: number): Manifest {
  const annotations = { [versionAnnotation]: String(version) };
  return { ...run.object('apps/v1', 'Deployment', name), ...{ spec: { template: { metadata: { annotations } } } } };
}

/** The version of its service that a pod was made for. */
function versionOf({ metadata }: V1Pod): number {
  return Number(metadata?.annotations?.[versionAnnotation]);
}
