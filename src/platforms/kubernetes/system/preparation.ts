import type { Preparation, Service } from '../../../services/service.ts';
import type { Neighbours } from '../manifests/place.ts';
import { preparationManifest } from '../manifests/preparation.ts';
import { hasSucceeded } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

/** Does once what a service needs before anything asks it, by a Job that is gone afterwards. */
export async function prepare(
  run: RunNamespace,
  service: Service,
  preparation: Preparation,
  neighbours: Neighbours,
  signal: AbortSignal,
): Promise<void> {
  const { name } = preparation;
  await run.create([preparationManifest(run.names, service, preparation, neighbours)], signal);
  await run.until({ service: name }, 'The set-up', (pods) => pods.some(hasSucceeded), signal);
  await run.removeAll([name], signal);
}
