import os from 'node:os';
import type { LoadJob, WorkerMessage } from '../../load/job.ts';
import type { Topology } from '../../scenarios/plan.ts';
import { scrapeBackends, scrapeReplica } from '../common/scrape.ts';
import type { Deployment, ReplicaMetrics } from '../platform.ts';
import type { Replica } from './app.ts';
import type { BalancerInFront } from './nginx.ts';
import type { Backend } from './postgres.ts';
import { canLookAtProcesses } from './process-table.ts';
import { type Metered, UsageMeter } from './usage.ts';

/** Database and cache, as they run. */
export interface Foundation {
  readonly postgres: Backend;
  readonly redis: Backend;
}

/** What runs in front of the backends now. */
export interface Running {
  readonly topology: Topology;
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
  const address = balancer?.url ?? replicas[0]?.url ?? '';
  const meter = new UsageMeter([
    ...replicas,
    { name: 'postgres', service: postgres.service },
    { name: 'redis', service: redis.service },
    ...(balancer === undefined ? [] : [{ name: 'nginx', service: balancer.service }]),
  ] satisfies readonly Metered[]);
  return {
    ...serverAt(address, generate),
    cores: os.availableParallelism(),
    scrape: (signal) => Promise.all(replicas.map((replica) => scrape(replica, signal))),
    scrapeBackends: (signal) => {
      const asked = replicas.find(({ service }) => service.end === undefined);
      return scrapeBackends(asked?.url, signal);
    },
    ...(canLookAtProcesses ? { usage: () => meter.read() } : {}),
  };
}

/** A server at an address, of which nothing more is known. */
export function serverAt(url: string, generate: Generate): Deployment {
  return { urls: [url], address: url, scrape: () => Promise.resolve([]), generate };
}

async function scrape({ name, url, service }: Replica, signal: AbortSignal): Promise<ReplicaMetrics> {
  if (service.end !== undefined) return { replica: name, problem: `it ${service.end}`, ended: true };
  return scrapeReplica(name, url, signal);
}
