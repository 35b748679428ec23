import os from 'node:os';
import type { ReplicaMetrics } from '../../model/running-system.ts';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import { deathsOf } from '../common/deaths.ts';
import { scrapeBackends, scrapeCopy } from '../common/scrape.ts';
import type { Deployment } from '../platform.ts';
import { canLookAtProcesses } from './process-table.ts';
import { type RunningCopy, mortal } from './running-copy.ts';
import { UsageMeter } from './usage.ts';

/** What is under test, as it runs now. */
export interface Tested {
  readonly copies: readonly RunningCopy[];
  /** What takes the load for them, where there are several. */
  readonly balancer: RunningCopy | undefined;
}

/** All of it. */
export function frontOf({ copies, balancer }: Tested): readonly RunningCopy[] {
  return [...copies, ...(balancer === undefined ? [] : [balancer])];
}

/** How load is put on something: as a deployment does it. */
export type Generate = (jobs: readonly LoadJob[], signal: AbortSignal) => AsyncIterable<WorkerMessage>;

/** The deployment that runs now; `stores` are what it runs beside. It tells of itself what it can, and that it has died. */
export function deploymentOf(
  { copies, balancer }: Tested,
  stores: readonly RunningCopy[],
  generate: Generate,
): Deployment {
  const needed = [...stores, ...(balancer === undefined ? [] : [balancer])];
  const meter = new UsageMeter([...copies.map((copy) => ({ ...copy, isReplica: true })), ...needed]);
  const ofUsedPath = copies.map(({ service }) => service.counters?.ofUsedPath).find((path) => path !== undefined);
  return {
    ...serverAt((balancer ?? copies[0])?.url ?? '', generate),
    ...machineUse(),
    deaths: () => deathsOf({ needed: needed.map(mortal), replicas: copies.map(mortal) }),
    ...(canLookAtProcesses ? { usage: () => meter.read() } : {}),
    scrape: async (signal) => (await Promise.all(copies.map((copy) => scrape(copy, signal)))).flat(),
    ...(ofUsedPath === undefined ? {} : { scrapeBackends: (signal) => scrapeUsed(copies, ofUsedPath, signal) }),
  };
}

async function scrape(copy: RunningCopy, signal: AbortSignal): Promise<readonly ReplicaMetrics[]> {
  const { name, url, process, service } = copy;
  if (process.end !== undefined) return [{ replica: name, problem: `it ${process.end}`, ended: true }];
  return service.counters === undefined ? [] : [await scrapeCopy(name, url, service.counters, signal)];
}

/** What one of the copies that run tells of the services that it uses. */
async function scrapeUsed(copies: readonly RunningCopy[], path: string, signal: AbortSignal): Promise<ReplicaMetrics> {
  const asked = copies.find(({ process }) => process.end === undefined);
  return asked === undefined ? scrapeBackends(undefined, signal) : scrapeCopy('backends', asked.url, { path }, signal);
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
