import { isDeepStrictEqual } from 'node:util';
import type { HostedTopology, Topology } from '../../model/plan.ts';

/**
 * The numbers of the replicas that can stay when one topology follows another: those that would be started with the same
 * settings. The count of replicas and the balancer are no settings of a replica.
 */
export function stayingReplicas(
  running: Topology | HostedTopology,
  wanted: Topology | HostedTopology,
): readonly number[] {
  // What a server of the user's own remembers nobody can make it forget: each trial gets a new one.
  if (running.kind !== 'app' || wanted.kind !== 'app') return [];
  // What something was done to is not what was started.
  if (running.acts?.length) return [];
  // Data that may have been written to is laid anew with nothing running on it.
  if (wanted.freshData) return [];
  const settings = ({ app, limits, data, serverTiming }: Topology) => ({ app, limits, data, serverTiming });
  if (!isDeepStrictEqual(settings(running), settings(wanted))) return [];
  const numbers = Array.from({ length: Math.min(running.replicas, wanted.replicas) }, (_, index) => index + 1);
  return numbers.filter((number) => slownessMs(running, number) === slownessMs(wanted, number));
}

/** The last of several is the slow one, where there is one. */
function slownessMs({ replicas, slowReplicaMs }: Topology, number: number): number {
  return replicas > 1 && number === replicas ? slowReplicaMs : 0;
}
