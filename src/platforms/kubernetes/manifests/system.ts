import type { Topology } from '../../../model/plan.ts';
import { appPort } from './app-container.ts';
import { appPods, applicationManifests } from './application.ts';
import { balancerManifests } from './balancer.ts';
import { foundationManifests } from './foundation.ts';
import { loadManifest } from './load.ts';
import { namespaceManifest } from './objects.ts';
import type { Manifest } from './plain.ts';
import type { RunNames } from './run-names.ts';
import { setupManifest } from './setup.ts';

/** Where nobody waits for the database first, its image may have to be pulled: the waits between tries grow to minutes. */
const setupRetries = 10;

/** Whether nginx stands in front of the replicas, and not the Service alone: where a balancer is named for several of them. */
export function hasBalancer({ balancer, replicas }: Pick<Topology, 'balancer' | 'replicas'>): boolean {
  return balancer !== undefined && replicas > 1;
}

/** Everything that a topology needs, in an order in which it can be created at once; with load workers where there are to be any. */
export function systemManifests(s: RunNames, topology: Topology, workers = 0): readonly Manifest[] {
  const { config, deployments, services, autoscaler } = applicationManifests(s, topology, 1);
  return [
    namespaceManifest(s),
    ...foundationManifests(s),
    setupManifest(s, topology, 'setup', setupRetries),
    ...config,
    ...services,
    ...deployments,
    ...(autoscaler === undefined ? [] : [autoscaler]),
    ...(hasBalancer(topology) ? balancerManifests(s, topology, [`${appPods}:${appPort}`]) : []),
    ...(workers === 0 ? [] : [loadManifest(s, 'load', workers)]),
  ];
}
