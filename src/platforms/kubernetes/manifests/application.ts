import type {
  V1ConfigMap,
  V1Container,
  V1Deployment,
  V2HorizontalPodAutoscaler,
  V1Secret,
  V1Service,
} from '@kubernetes/client-node';
import type { Topology } from '../../../model/plan.ts';
import { appGraceMs, appSettings } from '../../common/app-environment.ts';
import { inImage } from '../../common/programs.ts';
import { appIdentity, appPlace, appPort, labContainer } from './app-container.ts';
import { podsFor, versionAnnotation } from './labels.ts';
import { configMap, deployment, service } from './objects.ts';
import type { Plain } from './plain.ts';
import { labUserId } from './pod-security.ts';
import { podTemplate } from './pod.ts';
import { livenessProbe, readinessProbe, startupProbe } from './probes.ts';
import { resourcesOf } from './resources.ts';
import { type RunNames, metadataOf } from './run-names.ts';

/** The application of a topology: what has to be there before its Deployments, they, and what finds and scales their pods. */
export interface ApplicationManifests {
  readonly config: readonly (Plain<V1ConfigMap> | Plain<V1Secret>)[];
  readonly deployments: readonly Plain<V1Deployment>[];
  readonly services: readonly Plain<V1Service>[];
  readonly autoscaler: Plain<V2HorizontalPodAutoscaler> | undefined;
}

/** Replicas with the same settings. */
interface Group {
  readonly name: string;
  readonly replicas: number;
  readonly extraCostMs: number;
}

/** The API of the autoscaler, in the version that the manifests are of. */
export const autoscalingApi = 'autoscaling/v2';

/** The headless Service of the application: its name is the addresses of all replicas that are ready. */
export const appPods = 'app-pods';

/** How long a replica that is to stop still takes requests: until every node knows that it is to get no more. */
const leavingSeconds = 3;
/** How long it then asks those who keep connections to let go of them; part of its grace. */
const lingerMs = 1_000;
/** What an application with several workers takes beyond its grace, and then some. */
const marginSeconds = 2;

/** The application. Another version than the running one takes its place, replica by replica. */
export function applicationManifests(s: RunNames, topology: Topology, version: number): ApplicationManifests {
  const groups = groupsOf(topology);
  const pods = podsFor(s, 'app');
  return {
    config: groups.map(({ name, extraCostMs }) =>
      configMap(s, name, { ...appSettings(topology, { ...appPlace, extraCostMs }), ...farewell(topology) }),
    ),
    deployments: groups.map((group) => appDeployment(s, topology, group, version)),
    services: [service(s, 'app', appPort, pods), service(s, appPods, appPort, pods, true)],
    autoscaler: autoscaler(s, topology),
  };
}

/** A slow replica has settings of its own, and so a Deployment. */
function groupsOf({ replicas, slowReplicaMs }: Topology): readonly Group[] {
  if (slowReplicaMs === 0 || replicas === 1) return [{ name: 'app', replicas, extraCostMs: 0 }];
  return [
    { name: 'app', replicas: replicas - 1, extraCostMs: 0 },
    { name: 'app-slow', replicas: 1, extraCostMs: slowReplicaMs },
  ];
}

/** How a replica ends once it is told to. The kubelet tells every one, and waits two seconds even where it has no time at all. */
function farewell(topology: Topology): Readonly<Record<string, string>> {
  return isAbrupt(topology) ? { LINGER_MS: '0', GRACE_MS: '0' } : { LINGER_MS: String(lingerMs) };
}

function isAbrupt({ rollout }: Topology): boolean {
  return rollout?.shutdown === 'abrupt';
}

function appDeployment(s: RunNames, topology: Topology, group: Group, version: number): Plain<V1Deployment> {
  const { name, replicas } = group;
  const graceSeconds = leavingSeconds + Math.ceil(appGraceMs / 1000) + marginSeconds;
  const template = podTemplate(s, {
    service: 'app',
    deployment: name,
    annotations: { [versionAnnotation]: String(version) },
    userId: labUserId,
    container: {
      ...labContainer(s, [inImage.app, 'serve']),
      envFrom: [{ configMapRef: { name } }],
      env: appIdentity(topology),
      ports: [{ containerPort: appPort }],
      resources: resourcesOf(topology.limits),
      ...(isAbrupt(topology) ? {} : graceful()),
    },
    writable: ['/tmp'],
    spec: { terminationGracePeriodSeconds: isAbrupt(topology) ? 0 : graceSeconds },
  });
  return deployment(s, name, template, {
    replicas,
    minReadySeconds: 0,
    progressDeadlineSeconds: 60,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
  });
}

/** What lets a replica come and go without a lost request. An abrupt one has no start-up probe either: that holds requests back. */
function graceful(): Pick<Plain<V1Container>, 'startupProbe' | 'readinessProbe' | 'livenessProbe' | 'lifecycle'> {
  const isAlive = { httpGet: { path: '/healthz', port: appPort } };
  return {
    startupProbe: startupProbe(isAlive),
    readinessProbe: readinessProbe({ httpGet: { path: '/readyz', port: appPort } }),
    livenessProbe: livenessProbe(isAlive),
    // By a program: the action of that name is unknown to older Kubernetes.
    lifecycle: { preStop: { exec: { command: ['sleep', String(leavingSeconds)] } } },
  };
}

/** Adds replicas where they use more of the CPU that they ask for than that share, and takes them away where they use less. */
function autoscaler(s: RunNames, { autoscale }: Topology): Plain<V2HorizontalPodAutoscaler> | undefined {
  if (autoscale === undefined) return undefined;
  const averageUtilization = Math.max(1, Math.round(autoscale.cpu * 100));
  return {
    apiVersion: autoscalingApi,
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(s, 'app'),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' },
      minReplicas: autoscale.least,
      maxReplicas: autoscale.most,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }],
    },
  };
}
