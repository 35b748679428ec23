import { isDeepStrictEqual } from 'node:util';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { extraCostMs } from './app-environment.ts';

/** The numbers of the replicas, from 1. */
export function replicaNumbers({ replicas }: Pick<Topology, 'replicas'>): readonly number[] {
  return Array.from({ length: replicas }, (_, index) => index + 1);
}

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
  return replicaNumbers(wanted).filter(
    (number) => number <= running.replicas && extraCostMs(running, number) === extraCostMs(wanted, number),
  );
}
