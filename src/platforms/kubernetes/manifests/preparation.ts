import type { V1Job } from '@kubernetes/client-node';
import type { Preparation, Service } from '../../../services/service.ts';
import { type Neighbours, described, imageOf, placeOf } from './place.ts';
import type { Plain } from './plain.ts';
import { podTemplate } from './pod.ts';
import { resourcesOf, unlimited } from './resources.ts';
import { type RunNames, metadataOf, partOf } from './run-names.ts';
import { servicePod } from './service-pod.ts';

/** A Job that prepares a service by its own program: once, unless it may try again. What the service is told has to be there. */
export function preparationManifest(
  s: RunNames,
  service: Service,
  { name }: Preparation,
  neighbours: Neighbours,
  retries = 0,
): Plain<V1Job> {
  const part = partOf(s, name, 'preparation');
  const at = placeOf(s, service, { name, number: 1, of: 1 }, neighbours);
  const copy = { ...described(service, at), args: imageOf(service).prepareArgs?.(at) };
  const pod = servicePod(service, copy, service.name);
  const template = podTemplate(part, {
    ...pod,
    name,
    container: { ...pod.container, resources: resourcesOf(unlimited, service.asks) },
    spec: { restartPolicy: 'Never' },
  });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(part, name),
    spec: { backoffLimit: retries, template },
  };
}
