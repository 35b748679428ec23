import type { V1Job } from '@kubernetes/client-node';
import type { Topology } from '../../../model/plan.ts';
import { appSettings } from '../../common/app-environment.ts';
import { inImage } from '../../common/programs.ts';
import { appIdentity, appPlace, labContainer } from './app-container.ts';
import { variables } from './backends.ts';
import type { Plain } from './plain.ts';
import { labUserId } from './pod-security.ts';
import { podTemplate } from './pod.ts';
import { resourcesOf } from './resources.ts';
import { type RunNames, metadataOf } from './run-names.ts';

/** A Job that lays the schema and the data, and empties the cache: once, unless it may try again. */
export function setupManifest(s: RunNames, topology: Topology, name: string, retries = 0): Plain<V1Job> {
  const template = podTemplate(s, {
    service: 'setup',
    userId: labUserId,
    container: {
      ...labContainer(s, [inImage.app, 'migrate', 'seed', 'flush']),
      env: [...variables(appSettings(topology, appPlace)), ...appIdentity(topology)],
      resources: resourcesOf({ cpu: undefined, memoryBytes: undefined }),
    },
    writable: ['/tmp'],
    spec: { restartPolicy: 'Never' },
  });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(s, name),
    spec: { backoffLimit: retries, template },
  };
}
