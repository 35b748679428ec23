import { linkedIn, servicesBeside, type HostedTopology, type Topology, type TrialSystem } from '../model/plan.ts';
import type { System } from '../model/system.ts';
import { app } from './app.ts';
import { entryOf } from './catalogue.ts';
import { link } from './link.ts';
import { nginx, nginxProgram } from './nginx/nginx.ts';
import { secondOwn, target } from './own.ts';
import { postgres } from './postgres/postgres.ts';
import { redis } from './redis.ts';
import type { Service } from './service.ts';

/**
 * The stores of a run, each once: those of all its trials, whether each of them uses them or not. None needs another, and they are
 * there until the run ends.
 */
export function storesOf(systems: readonly TrialSystem[]): readonly Service[] {
  const all = systems.flatMap(besideOf).filter(({ role }) => role === 'store');
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}

/** What is there for what is tested, as services: the stores that the lab gives it, and what its file names. */
export function besideOf(system: System | TrialSystem): readonly Service[] {
  const own = system.kind === 'app' ? [postgres, ...(system.hasRedis ? [redis] : [])] : [];
  const named = servicesBeside(system).map((use) =>
    use.kind === 'entry' ? entryOf(use.entry).describe(use, system) : secondOwn(use),
  );
  return [...own, ...named];
}

/** Those of the services that are there for it which what is tested uses; none of a server that runs already. */
export function usedIn(system: System): readonly string[] {
  if (system.kind === 'url') return [];
  const atRest = { replicas: 1, data: { users: 0, todos: 0 }, freshData: false, serverTiming: false };
  return testedOf({ ...system, ...atRest }).uses;
}

/** What is under test, as a service. */
export function testedOf(topology: Topology | HostedTopology): Service {
  return topology.kind === 'app' ? app(topology) : target(topology);
}

/** How a platform leads requests to several copies of a service. */
export interface Dealing {
  /** Whether it has an address for all of them, and deals requests out by itself. */
  readonly dealsRequests: boolean;
}

/** All that is deployed on the stores for a trial: each after what it uses or fronts. */
export function deployedOf(topology: Topology | HostedTopology, platform: Dealing): readonly Service[] {
  const balanced = asidesOf(topology).flatMap((aside) => {
    const isDealt = aside.isReachedByCopy !== true && !platform.dealsRequests;
    const isNeeded = isDealt && mostCopies(aside, topology) > 1;
    return isNeeded ? [aside, nginx(aside, undefined)] : [aside];
  });
  const balancer = balancerOf(topology, platform);
  return [
    ...balanced,
    ...linksOf(topology, balanced),
    testedOf(topology),
    ...(balancer === undefined ? [] : [balancer]),
  ];
}

/** What leads to the services that are reached through a link: to the balancer of one that has one. */
function linksOf(topology: Topology | HostedTopology, deployed: readonly Service[]): readonly Service[] {
  const linked = besideOf(topology).filter(({ name }) => linkedIn(topology).includes(name));
  return linked.map((service) =>
    link(service, deployed.find(({ fronts }) => fronts.includes(service.name)) ?? service),
  );
}

/**
 * What stands in front of several replicas: nginx, where a balancer is named, or where the platform does not deal requests out by
 * itself. Undefined in front of one that stays the only one.
 */
export function balancerOf(topology: Topology | HostedTopology, platform: Dealing): Service | undefined {
  const { balancer } = topology;
  const tested = testedOf(topology);
  const isNeeded = mostCopies(tested, topology) > 1 && (balancer !== undefined || !platform.dealsRequests);
  return isNeeded ? nginx(tested, balancer) : undefined;
}

/** How many copies there are at the most: an act may add some. */
function mostCopies({ name, copies }: Service, { acts = [] }: Topology | HostedTopology): number {
  const counts = acts.map((act) => (act.kind === 'scale' && act.service === name ? act.to : 0));
  return Math.max(copies.kind === 'one' ? 1 : copies.count, ...counts);
}

/**
 * What stands in front of several replicas where there are some: its image is fetched, and its version told, before it is known
 * whether there will be.
 */
export const possibleBalancer: Pick<Service, 'name' | 'program' | 'image' | 'version'> = nginxProgram;

/** What is deployed with what is under test and is there for it alone: neither a store nor a balancer. */
export function asidesOf(system: System | TrialSystem): readonly Service[] {
  return besideOf(system).filter(({ role }) => role === 'aside');
}
