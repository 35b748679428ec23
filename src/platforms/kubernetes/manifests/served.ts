import type { Topology } from '../../../model/plan.ts';
import { appPort } from './app-container.ts';
import { type ApplicationManifests, applicationManifests } from './application.ts';
import { hostedManifests, hostedName, type ImageTopology } from './hosted.ts';
import type { RunNames } from './run-names.ts';

/** What can be put in front of load: the reference app, or an image of the user's own. */
export type ServedTopology = Topology | ImageTopology;

/** What it is called in labels and as a Service. */
export function serviceNameOf({ kind }: ServedTopology): 'app' | 'target' {
  return kind === 'app' ? 'app' : hostedName;
}

/** The port on which each replica listens. */
export function portOf(topology: ServedTopology): number {
  return topology.kind === 'app' ? appPort : topology.port;
}

/** Its objects. Another version than the running one takes its place, replica by replica. */
export function servedManifests(s: RunNames, topology: ServedTopology, version: number): ApplicationManifests {
  return topology.kind === 'app' ? applicationManifests(s, topology, version) : hostedManifests(s, topology);
}
