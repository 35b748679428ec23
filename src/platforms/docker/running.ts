import type { HostedTopology, Topology } from '../../model/plan.ts';
import { balancerOf } from '../../services/system.ts';
import type { RunningCopy } from './copies.ts';

/** What runs on a stack now: the stack puts it there, and what is done to it under load changes it. */
export interface Running {
  readonly topology: Topology | HostedTopology;
  /** Those that the replicas may use. */
  readonly stores: readonly RunningCopy[];
  replicas: readonly RunningCopy[];
  /** Once it is there it stays, also where nothing needs it: to tell it of other replicas takes less time than to start it. */
  balancer: RunningCopy | undefined;
}

/** The balancer where load goes to it. */
export function balancerIn({ topology, balancer }: Running): RunningCopy | undefined {
  return balancerOf(topology, { dealsRequests: false }) === undefined ? undefined : balancer;
}

/** All that the load reaches, the replicas first. */
export function allOf(running: Running): readonly RunningCopy[] {
  return [...running.replicas, ...besideIn(running)];
}

/** What runs beside the replicas: without any of it nothing works. */
export function besideIn(running: Running): readonly RunningCopy[] {
  const balancer = balancerIn(running);
  return [...running.stores, ...(balancer === undefined ? [] : [balancer])];
}
