import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type {
  V1ConfigMap,
  V1Deployment,
  V1DeploymentSpec,
  V1Secret,
  V1Service,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import { type Copy, type Service, copiesOf as namedCopiesOf } from '../../../services/service.ts';
import { configOf } from './config.ts';
import { podsFor, versionAnnotation } from './labels.ts';
import { deployment, service as addressOf } from './objects.ts';
import { type Described, type Neighbours, alone, described, placeOf, podName } from './place.ts';
import type { Manifest, Plain } from './plain.ts';
import { podTemplate } from './pod.ts';
import { comingAndGoing, graceSecondsOf } from './probes.ts';
import { resourcesOf } from './resources.ts';
import { type RunNames, metadataOf, partOf } from './run-names.ts';
import { servicePod } from './service-pod.ts';

/** A described service: what has to be there before its Deployments, they, and what finds and scales their pods. */
export interface Workload {
  readonly config: readonly (Plain<V1ConfigMap> | Plain<V1Secret>)[];
  readonly deployments: readonly Plain<V1Deployment>[];
  readonly services: readonly Plain<V1Service>[];
  readonly autoscaler: Plain<V2HorizontalPodAutoscaler> | undefined;
}

/** Copies that are described the same: the pods of one Deployment. */
interface Group {
  readonly name: string;
  readonly count: number;
  readonly copy: Described;
}

/** The API of the autoscaler, in the version that the manifests are of. */
export const autoscalingApi = 'autoscaling/v2';

/** A service, as it is described: with the others that it uses or fronts. */
export function workloadOf(s: RunNames, service: Service, neighbours: Neighbours = alone): Workload {
  const { name, role } = service;
  const { inside: port } = service.port;
  const part = partOf(s, name, role);
  const pods = podsFor(s, name);
  const groups = groupsOf(s, service, neighbours);
  const isAlike = service.copies.kind === 'alike';
  return {
    config: groups.flatMap((group) => configOf(part, service, group.copy, group.name)),
    deployments: groups.map((group) => deploymentOf(part, service, group)),
    services: [
      addressOf(part, name, port, pods),
      ...(isAlike ? [addressOf(part, headlessName(service), port, pods, true)] : []),
    ],
    autoscaler: autoscalerOf(part, service),
  };
}

/** All of its objects, in an order in which they can be created. */
export function objectsOf({ config, services, deployments, autoscaler }: Workload): readonly Manifest[] {
  return [...config, ...services, ...deployments, ...(autoscaler === undefined ? [] : [autoscaler])];
}

/** The headless Service of copies that are alike: its name is the addresses of all that are ready. */
export function headlessName({ name }: Service): string {
  return `${name}-pods`;
}

/** The first copies have the service's name; those that are described otherwise that of the first of them: "app-3". */
function groupsOf(s: RunNames, service: Service, neighbours: Neighbours): readonly Group[] {
  return namedCopiesOf(service).reduce<readonly Group[]>((groups, named) => {
    const at = placeOf(s, service, inPod(service, named), neighbours);
    const copy = described(service, at);
    const same = groups.find((group) => isDeepStrictEqual(group.copy, copy));
    if (same === undefined)
      return [...groups, { name: groups.length === 0 ? service.name : named.name, count: 1, copy }];
    return groups.map((group) => (group === same ? { ...group, count: group.count + 1 } : group));
  }, []);
}

/** One that there is once is found by its Service; several have the names that the cluster gives to their pods. */
function inPod({ copies }: Service, copy: Copy): Copy {
  return copies.kind === 'one' ? copy : { ...copy, name: podName };
}

function deploymentOf(s: RunNames, service: Service, group: Group): Plain<V1Deployment> {
  const { name, count: replicas, copy } = group;
  const pod = servicePod(service, copy, name);
  const template = podTemplate(s, {
    ...pod,
    name: service.name,
    deployment: name,
    annotations: { [versionAnnotation]: '1', ...configurationOf(copy) },
    container: {
      ...pod.container,
      ports: [{ containerPort: service.port.inside }],
      resources: resourcesOf(service.limits, service.asks),
      ...comingAndGoing(service),
    },
    spec: {
      terminationGracePeriodSeconds: graceSecondsOf(service),
      // The first process of a namespace heeds no SIGKILL from within: of a shared one it is none of the service's.
      ...(s.signalled.includes(service.name) ? { shareProcessNamespace: true } : {}),
    },
  });
  return deployment(s, name, template, { replicas, ...replacement(service) });
}

/** Pods are replaced where their files are others. Of secret ones nothing is told, not even that. */
function configurationOf({ files }: Described): Readonly<Record<string, string>> {
  const plain = files.filter(({ text }) => typeof text === 'string');
  if (plain.length === 0) return {};
  const hash = createHash('sha256').update(JSON.stringify(plain)).digest('hex');
  return { 'scale-lab/configuration': hash.slice(0, 16) };
}

/** A store is never there twice; of others there is never one less. */
function replacement({ role }: Service): Partial<Plain<V1DeploymentSpec>> {
  if (role === 'store') return { strategy: { type: 'Recreate' } };
  return {
    minReadySeconds: 0,
    progressDeadlineSeconds: 60,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
  };
}

/** Adds copies where they use more of the CPU that they ask for than that share, and takes them away where they use less. */
function autoscalerOf(s: RunNames, { name, copies }: Service): Plain<V2HorizontalPodAutoscaler> | undefined {
  if (copies.kind === 'one' || copies.autoscale === undefined) return undefined;
  const { cpu, least, most } = copies.autoscale;
  const averageUtilization = Math.max(1, Math.round(cpu * 100));
  return {
    apiVersion: autoscalingApi,
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(s, name),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: least,
      maxReplicas: most,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }],
    },
  };
}
