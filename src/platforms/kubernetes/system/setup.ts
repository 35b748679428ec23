import type { Topology } from '../../../model/plan.ts';
import { setupManifest } from '../manifests/setup.ts';
import { hasSucceeded } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

const job = 'setup';

/** Lays the schema and the data, and empties the cache, by a Job that is gone afterwards. */
export async function layData(run: RunNamespace, topology: Topology, signal: AbortSignal): Promise<void> {
  await run.create([setupManifest(run.names, topology, job)], signal);
  await run.until({ service: job }, 'The set-up', (pods) => pods.some(hasSucceeded), signal);
  await run.removeJob(job, signal);
}
