import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { pause, withTimeLimit } from '../../../machine/time-limit.ts';
import type { Manifest, Plain } from '../manifests/plain.ts';
import { workloadOf } from '../manifests/workload.ts';
import { isReady, isRunning } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { type Application, applicationPods, versionOf } from './application.ts';

const pollMs = 250;
/** Longer than any time of grace: one that runs still lies on a node that does not answer. */
const lastLimitMs = 60_000;

/**
 * Rolls a new version out: the Deployment replaces its pods one after another. Resolves when the last pod of the old version has
 * ended, and as many of the new one are ready.
 * @throws {LabError} with what keeps the new version from becoming ready
 */
export async function rollOut(run: RunNamespace, application: Application, signal: AbortSignal): Promise<Application> {
  const { topology, service } = application;
  const version = application.version + 1;
  const { deployments } = workloadOf(run.names, service, { version });
  for (const deployment of deployments) await run.patch(patchOf(run, deployment));
  const isNew = (pod: V1Pod): boolean => versionOf(pod) === version;
  const areReady = (pods: readonly V1Pod[]): boolean =>
    pods.every(isNew) && pods.filter(isReady).length >= topology.replicas;
  const makers = deployments.map(({ metadata }) => ({ deployment: metadata?.name ?? '' }));
  await run.until({ service: service.name }, 'The new version', areReady, signal, makers);
  // What has ended is listed until its node has put everything of it away, which may take much longer.
  const isOver = (pod: V1Pod): boolean => isNew(pod) || !isRunning(pod);
  await withTimeLimit(lastLimitMs, signal, async (limited) => {
    while (!(await applicationPods(run, application, limited)).every(isOver)) await pause(pollMs, limited);
  });
  // Its replicas are left as they are told to be at its deployment: nobody balances or counts them by name.
  return { ...application, version };
}

/** Nothing but the new version: what else there is stays. */
function patchOf(run: RunNamespace, { metadata, spec }: Plain<V1Deployment>): Manifest {
  const { annotations } = spec?.template.metadata ?? {};
  const object = run.object('apps/v1', 'Deployment', metadata?.name ?? '');
  return { ...object, ...{ spec: { template: { metadata: { annotations } } } } };
}
