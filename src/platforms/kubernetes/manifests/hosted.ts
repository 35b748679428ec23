import type { V1Secret } from '@kubernetes/client-node';
import type { HostedTopology } from '../../../model/plan.ts';
import { hostedGraceMs } from '../../common/hosting.ts';
import type { ApplicationManifests } from './application.ts';
import { variables } from './backends.ts';
import { podsFor } from './labels.ts';
import { deployment, service } from './objects.ts';
import type { Plain } from './plain.ts';
import { labUserId } from './pod-security.ts';
import { podTemplate } from './pod.ts';
import { readinessProbe } from './probes.ts';
import { resourcesOf } from './resources.ts';
import { type RunNames, metadataOf } from './run-names.ts';

/** An image of the user's own. */
export type ImageTopology = Extract<HostedTopology, { readonly kind: 'image' }>;

/** How everything of a server of the user's own is called. */
export const hostedName = 'target';

/** A server of the user's own: an ordinary user without rights, but it may write to its root. */
export function hostedManifests(s: RunNames, topology: ImageTopology): ApplicationManifests {
  const { image, args, port, limits, readyPath, replicas } = topology;
  const template = podTemplate(s, {
    service: hostedName,
    deployment: hostedName,
    userId: labUserId,
    hasWritableRoot: true,
    container: {
      image,
      imagePullPolicy: 'IfNotPresent',
      ...(args === undefined ? {} : { args: [...args] }),
      envFrom: [{ secretRef: { name: hostedName } }],
      env: variables({ PORT: String(port) }),
      ports: [{ containerPort: port }],
      resources: resourcesOf(limits),
      readinessProbe: readinessProbe(
        readyPath === undefined ? { tcpSocket: { port } } : { httpGet: { path: readyPath, port } },
      ),
    },
    spec: { terminationGracePeriodSeconds: hostedGraceMs / 1000 },
  });
  return {
    config: [environment(s, topology)],
    deployments: [deployment(s, hostedName, template, { replicas })],
    services: [service(s, hostedName, port, podsFor(s, hostedName))],
    autoscaler: undefined,
  };
}

/** What it is told may hold passwords. */
function environment(s: RunNames, topology: ImageTopology): Plain<V1Secret> {
  const metadata = metadataOf(s, hostedName);
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { ...topology.environment } };
}
