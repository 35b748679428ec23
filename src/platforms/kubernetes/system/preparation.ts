import type { Preparation, Service } from '../../../services/service.ts';
import { preparationManifest, preparationName } from '../manifests/preparation.ts';
import { hasSucceeded } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

/** Does once what a service needs before anything asks it, by a Job that is gone afterwards. */
export async function prepare(
  run: RunNamespace,
  service: Service,
  preparation: Preparation,
  signal: AbortSignal,
): Promise<void> {
  await run.create([preparationManifest(run.names, service, preparation)], signal);
  await run.until({ service: preparationName }, 'The set-up', (pods) => pods.some(hasSucceeded), signal);
  await run.removeAll('preparation', signal);
}
