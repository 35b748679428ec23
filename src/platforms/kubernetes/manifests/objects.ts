import type {
  V1ConfigMap,
  V1Deployment,
  V1DeploymentSpec,
  V1Namespace,
  V1PodTemplateSpec,
  V1Secret,
  V1Service,
} from '@kubernetes/client-node';
import { podsOf } from './labels.ts';
import type { Plain } from './plain.ts';
import { restricted } from './pod-security.ts';
import { type RunNames, metadataOf } from './run-names.ts';

/** The namespace of a run. */
export function namespaceManifest({ namespace, labels }: RunNames): Plain<V1Namespace> {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { ...labels, ...restricted } },
  };
}

/** Texts by name. */
export function configMap(s: RunNames, name: string, data: Readonly<Record<string, string>>): Plain<V1ConfigMap> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataOf(s, name), data: { ...data } };
}

/** Texts by name that only who is told of them may read. */
export function secret(s: RunNames, name: string, stringData: Readonly<Record<string, string>>): Plain<V1Secret> {
  const metadata = metadataOf(s, name);
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { ...stringData } };
}

/** Pods that are kept running; the template carries the label of the Deployment. */
export function deployment(
  s: RunNames,
  name: string,
  template: Plain<V1PodTemplateSpec>,
  settings: Omit<Plain<V1DeploymentSpec>, 'selector' | 'template'> = {},
): Plain<V1Deployment> {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(s, name),
    spec: { replicas: 1, ...settings, selector: { matchLabels: podsOf(s, name) }, template },
  };
}

/** The same pods as another Service's, at a port of every node, which the cluster chooses. */
export function nodePortService(
  s: RunNames,
  name: string,
  port: number,
  selector: Readonly<Record<string, string>>,
): Plain<V1Service> {
  const { spec, ...others } = service(s, name, port, selector);
  return { ...others, spec: { ...spec, type: 'NodePort' } };
}

/** One address for the pods that a selector finds; a headless one is the addresses of all of them. */
export function service(
  s: RunNames,
  name: string,
  port: number,
  selector: Readonly<Record<string, string>>,
  isHeadless = false,
): Plain<V1Service> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(s, name),
    spec: {
      ...(isHeadless ? { clusterIP: 'None' } : {}),
      selector: { ...selector },
      ports: [{ port, targetPort: port, protocol: 'TCP' }],
    },
  };
}
