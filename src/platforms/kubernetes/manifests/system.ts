import type { HostedTopology, Topology } from '../../../model/plan.ts';
import type { Service } from '../../../services/service.ts';
import { deployedOf } from '../../../services/system.ts';
import { loadManifest } from './load.ts';
import { namespaceManifest } from './objects.ts';
import { type Neighbours, neighboursIn } from './place.ts';
import type { Manifest } from './plain.ts';
import { preparationManifest } from './preparation.ts';
import type { RunNames } from './run-names.ts';
import { headlessName, objectsOf, workloadOf } from './workload.ts';

/** Where nobody waits for the stores first, their images may have to be pulled: the waits between tries grow to minutes. */
const preparationRetries = 10;

/** Everything that a topology needs, in an order in which it can be created at once; with load workers where there are to be any. */
export function systemManifests(s: RunNames, topology: Topology | HostedTopology, workers = 0): readonly Manifest[] {
  const deployed = deployedOf(topology, { dealsRequests: true });
  // Each is told of those before it, as in a run.
  const neighboursOf = (before: readonly Service[]): Neighbours =>
    neighboursIn(s, [...s.stores, ...before], {
      hostOf: ({ name }) => name,
      // Nobody has asked the cluster for the addresses of its pods.
      copiesOf: (service) => [{ host: headlessName(service), port: service.port.inside }],
    });
  return [
    namespaceManifest(s),
    ...s.stores.flatMap((store) => objectsOf(workloadOf(s, store))),
    ...deployed.flatMap((service, index): readonly Manifest[] => {
      const { prepare } = service;
      const neighbours = neighboursOf(deployed.slice(0, index));
      const { config, ...others } = workloadOf(s, service, neighbours);
      const preparations =
        prepare === undefined ? [] : [preparationManifest(s, service, prepare, neighbours, preparationRetries)];
      return [...config, ...preparations, ...objectsOf({ config: [], ...others })];
    }),
    ...(workers === 0 ? [] : deployed.filter(isTested).map(({ ready }) => loadManifest(s, 'load', workers, ready))),
  ];
}

function isTested({ role }: Service): boolean {
  return role === 'tested';
}
