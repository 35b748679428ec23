import type { HostedTopology, Topology } from '../model/plan.ts';
import { app } from './app.ts';
import { nginx, nginxProgram } from './nginx/nginx.ts';
import { own } from './own.ts';
import { postgres } from './postgres/postgres.ts';
import { redis } from './redis.ts';
import type { Service } from './service.ts';

/** The stores of a run, each started before anything that uses it, and there until the run ends. */
export function storesOf({ hasRedis }: { readonly hasRedis: boolean }): readonly Service[] {
  return [postgres, ...(hasRedis ? [redis] : [])];
}

/** What is under test, as a service. */
export function testedOf(topology: Topology | HostedTopology): Service {
  return topology.kind === 'app' ? app(topology) : own(topology);
}

/**
 * What stands in front of several replicas: nginx, where a balancer is named, or where the platform does not deal requests out by
 * itself. Undefined in front of one that stays the only one.
 */
export function balancerOf(
  topology: Topology | HostedTopology,
  platform: { readonly dealsRequests: boolean },
): Service | undefined {
  const { balancer } = topology;
  const isNeeded = mostReplicas(topology) > 1 && (balancer !== undefined || !platform.dealsRequests);
  return isNeeded ? nginx(testedOf(topology), balancer) : undefined;
}

/** How many replicas there are at the most: an act may add some. */
function mostReplicas({ replicas, acts = [] }: Topology | HostedTopology): number {
  return Math.max(replicas, ...acts.map((act) => (act.kind === 'scale' ? act.to : 0)));
}

/**
 * What {@link balancerOf} starts where it gives something: its image is fetched, and its version told, before it is known whether
 * it will.
 */
export const possibleBalancer: Pick<Service, 'name' | 'program' | 'image' | 'version'> = nginxProgram;
