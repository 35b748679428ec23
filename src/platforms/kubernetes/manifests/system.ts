import type { HostedTopology, Topology } from '../../../model/plan.ts';
import type { Service } from '../../../services/service.ts';
import { balancerOf, testedOf } from '../../../services/system.ts';
import { loadManifest } from './load.ts';
import { namespaceManifest } from './objects.ts';
import type { Manifest } from './plain.ts';
import { preparationManifest } from './preparation.ts';
import type { RunNames } from './run-names.ts';
import { headlessName, objectsOf, workloadOf } from './workload.ts';

/** Where nobody waits for the stores first, their images may have to be pulled: the waits between tries grow to minutes. */
const preparationRetries = 10;

/** What a topology puts in front of the stores. */
export interface FrontServices {
  readonly tested: Service;
  /** Undefined where its Service alone deals the requests out. */
  readonly balancer: Service | undefined;
}

/** What a topology puts in front of the stores: a Service deals requests out, unless a balancer is named for several copies. */
export function frontServicesOf(topology: Topology | HostedTopology): FrontServices {
  return { tested: testedOf(topology), balancer: balancerOf(topology, { dealsRequests: true }) };
}

/** Everything that a topology needs, in an order in which it can be created at once; with load workers where there are to be any. */
export function systemManifests(s: RunNames, topology: Topology, workers = 0): readonly Manifest[] {
  const { tested, balancer } = frontServicesOf(topology);
  // Nobody has asked the cluster for the addresses of its pods.
  const copiesOf = () => [{ host: headlessName(tested), port: tested.port.inside }];
  return [
    namespaceManifest(s),
    ...s.stores.flatMap((store) => objectsOf(workloadOf(s, store))),
    ...(tested.prepare === undefined ? [] : [preparationManifest(s, tested, tested.prepare, preparationRetries)]),
    ...objectsOf(workloadOf(s, tested)),
    ...(balancer === undefined ? [] : objectsOf(workloadOf(s, balancer, { copiesOf }))),
    ...(workers === 0 ? [] : [loadManifest(s, 'load', workers)]),
  ];
}
