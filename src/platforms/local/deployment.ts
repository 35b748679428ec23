import os from 'node:os';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import type { ReplicaMetrics } from '../../model/running-system.ts';
import type { HostedSystem } from '../../model/system.ts';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import { deathsOf } from '../common/deaths.ts';
import { scrapeBackends, scrapeReplica, scrapeTarget } from '../common/scrape.ts';
import type { Deployment } from '../platform.ts';
import type { Replica } from './app.ts';
import type { BalancerInFront } from './nginx.ts';
import type { Backend } from './postgres.ts';
import { canLookAtProcesses } from './process-table.ts';
import type { Service } from './service.ts';
import { UsageMeter } from './usage.ts';

/** Database and cache, as they run. */
export interface Foundation {
  readonly postgres: Backend;
  /** Undefined where no application will use it. */
  readonly redis: Backend | undefined;
}

/** The backends by the names that their usage has. */
export function backendsOf({ postgres, redis }: Foundation): readonly Named[] {
  return [
    { name: 'postgres', service: postgres.service },
    ...(redis === undefined ? [] : [{ name: 'redis', service: redis.service }]),
  ];
}

/** A service by the name that its usage has. */
interface Named {
  readonly name: string;
  readonly service: Service;
}

/** What runs in front of the backends now. */
export interface Running {
  readonly topology: Topology | HostedTopology;
  readonly replicas: readonly Replica[];
  readonly balancer: BalancerInFront | undefined;
}

/** How load is put on something: as a deployment does it. */
export type Generate = (jobs: readonly LoadJob[], signal: AbortSignal) => AsyncIterable<WorkerMessage>;

/** The deployment that runs now. */
export function deploymentOf(
  { replicas, balancer }: Running,
  { postgres, redis }: Foundation,
  generate: Generate,
): Deployment {
  return {
    ...frontOf({ replicas, balancer }, backendsOf({ postgres, redis }), generate),
    scrape: (signal) => Promise.all(replicas.map((replica) => scrape(replica, signal, scrapeReplica))),
    scrapeBackends: (signal) => {
      const asked = replicas.find(({ service }) => service.end === undefined);
      return scrapeBackends(asked?.url, signal);
    },
  };
}

/** A server of the user's own that runs now: it tells of itself what it can, and that it has died. */
export function hostedDeploymentOf(running: Running, system: HostedSystem, generate: Generate): Deployment {
  const { metricsPath, counters } = system;
  return {
    ...frontOf(running, [], generate),
    scrape: async (signal) => {
      const all = running.replicas.map(async (replica): Promise<readonly ReplicaMetrics[]> => {
        if (metricsPath === undefined && replica.service.end === undefined) return [];
        return [
          await scrape(replica, signal, (name, url, limited) =>
            scrapeTarget(name, url, { metricsPath: metricsPath ?? '', counters }, limited),
          ),
        ];
      });
      return (await Promise.all(all)).flat();
    },
  };
}

/** What takes the load, and what all of it uses. */
function frontOf(
  { replicas, balancer }: Pick<Running, 'replicas' | 'balancer'>,
  behind: readonly Named[],
  generate: Generate,
): Deployment {
  const front = balancer === undefined ? [] : [{ name: 'nginx', service: balancer.service }];
  const copies = replicas.map(({ name, service }) => ({ name, service, isReplica: true }));
  const meter = new UsageMeter([...copies, ...behind, ...front]);
  return {
    ...serverAt(balancer?.url ?? replicas[0]?.url ?? '', generate),
    ...machineUse(),
    deaths: () => deathsOf({ needed: [...behind, ...front], replicas }),
    ...(canLookAtProcesses ? { usage: () => meter.read() } : {}),
  };
}

/** What everybody uses of this machine is known where all of its cores are ours to use: the kernel tells only of all of them. */
function machineUse(): Pick<Deployment, 'cores' | 'busySeconds'> {
  const cores = os.availableParallelism();
  return os.cpus().length === cores ? { cores, busySeconds } : { cores };
}

function busySeconds(): number {
  return os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

/** A server at an address, of which nothing more is known. */
export function serverAt(url: string, generate: Generate): Deployment {
  return { urls: [url], address: url, scrape: () => Promise.resolve([]), generate };
}

type Scrape = (replica: string, url: string, signal: AbortSignal) => Promise<ReplicaMetrics>;

async function scrape({ name, url, service }: Replica, signal: AbortSignal, read: Scrape): Promise<ReplicaMetrics> {
  if (service.end !== undefined) return { replica: name, problem: `it ${service.end}`, ended: true };
  return read(name, url, signal);
}
