import type { V1ClusterRole } from '@kubernetes/client-node';
import type { Plain } from '../manifests/plain.ts';

/** Something that the lab must be allowed to do. */
export interface Right {
  /** The API group; the core one has no name. */
  readonly group: string;
  /** With its subresource, where it has one: `pods/log`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Whether it is needed for the whole cluster, or in the namespaces that the lab makes. */
  readonly scope: 'cluster' | 'namespace';
  /** Without it the lab says less, and works. */
  readonly optional?: true;
  /** What alone needs it: whoever reaches the application from this machine, or acts by a command in a container. */
  readonly onlyFor?: Purpose;
}

/** What not every run does. */
export type Purpose = 'publish' | 'commands';

const core = '';

/** All that the lab needs to be allowed in a cluster; secrets it writes, and never reads. */
export const neededRights: readonly Right[] = [
  { group: core, resource: 'namespaces', verbs: ['list', 'create', 'delete'], scope: 'cluster' },
  { group: core, resource: 'pods', verbs: ['list', 'delete'], scope: 'namespace' },
  { group: core, resource: 'pods/log', verbs: ['get'], scope: 'namespace' },
  { group: core, resource: 'pods/proxy', verbs: ['get'], scope: 'namespace' },
  { group: core, resource: 'pods/attach', verbs: ['get', 'create'], scope: 'namespace' },
  { group: core, resource: 'pods/portforward', verbs: ['get', 'create'], scope: 'namespace', onlyFor: 'publish' },
  { group: core, resource: 'pods/exec', verbs: ['get', 'create'], scope: 'namespace', onlyFor: 'commands' },
  { group: core, resource: 'events', verbs: ['list'], scope: 'namespace' },
  { group: core, resource: 'secrets', verbs: ['create', 'delete'], scope: 'namespace' },
  { group: core, resource: 'configmaps', verbs: ['create', 'delete'], scope: 'namespace' },
  { group: core, resource: 'services', verbs: ['get', 'create', 'delete'], scope: 'namespace' },
  { group: 'apps', resource: 'deployments', verbs: ['get', 'create', 'patch', 'delete'], scope: 'namespace' },
  { group: 'batch', resource: 'jobs', verbs: ['get', 'create', 'delete'], scope: 'namespace' },
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    verbs: ['create', 'delete'],
    scope: 'namespace',
  },
  { group: 'metrics.k8s.io', resource: 'pods', verbs: ['list'], scope: 'namespace', optional: true },
];

/** These rights as a role, for whoever the lab works as. Its namespaces do not exist beforehand: it holds in all of them. */
export function clusterRole(): Plain<V1ClusterRole> {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'scale-lab' },
    rules: neededRights.map(({ group, resource, verbs }) => ({
      apiGroups: [group],
      resources: [resource],
      verbs: [...verbs],
    })),
  };
}
