import type { V1Pod } from '@kubernetes/client-node';
import type { Topology } from '../../../scenarios/plan.ts';
import { setupManifest } from '../manifests/setup.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

const job = 'setup';

/** Lays the schema and the data, and empties the cache, by a Job that is gone afterwards. */
export async function layData(run: RunNamespace, topology: Topology, signal: AbortSignal): Promise<void> {
  await run.create([setupManifest(run.surroundings, topology, job)], signal);
  await run.until(
    { service: job },
    'The set-up',
    (pods) => pods.some(hasSucceeded),
    signal,
  );
  await run.removeJob(job, signal);
}

/** Its program ends well a moment before the pod is said to have succeeded: until then it is no trouble. */
function hasSucceeded({ status }: V1Pod): boolean {
  const ended = status?.containerStatuses?.[0]?.state?.terminated;
  return status?.phase === 'Succeeded' || ended?.exitCode === 0;
}
