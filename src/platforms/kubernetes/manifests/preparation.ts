import type { V1Job } from '@kubernetes/client-node';
import type { Preparation, Service } from '../../../services/service.ts';
import { described, imageOf, placeOf } from './place.ts';
import type { Plain } from './plain.ts';
import { podTemplate } from './pod.ts';
import { resourcesOf, unlimited } from './resources.ts';
import { type RunNames, metadataOf, partOf } from './run-names.ts';
import { servicePod } from './service-pod.ts';

/** How everything of a preparation is called: there is one at a time. */
export const preparationName = 'setup';

/** A Job that prepares a service by its own program: once, unless it may try again. */
export function preparationManifest(s: RunNames, service: Service, { name }: Preparation, retries = 0): Plain<V1Job> {
  const part = partOf(s, preparationName, 'preparation');
  const at = placeOf(s, service, { name, number: 1, of: 1 });
  const pod = servicePod(
    s,
    service,
    { ...described(service, at), args: imageOf(service).prepareArgs?.(at) },
    service.name,
  );
  const template = podTemplate(part, {
    ...pod,
    name: preparationName,
    container: { ...pod.container, resources: resourcesOf(unlimited, service.asks) },
    spec: { restartPolicy: 'Never' },
  });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(part, preparationName),
    spec: { backoffLimit: retries, template },
  };
}
