import os from 'node:os';
import type { BesideMetrics, ReplicaMetrics } from '../../model/running-system.ts';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import { actOn } from './acts.ts';
import { deathsOf } from '../common/deaths.ts';
import { scrapeBackends, scrapeCopy } from '../common/scrape.ts';
import type { Deployment } from '../platform.ts';
import type { DeployedCopies } from './deployed-copies.ts';
import { canLookAtProcesses } from './process-table.ts';
import type { RunningCopy } from './running-copy.ts';
import { UsageMeter } from './usage.ts';

/** How load is put on something: as a deployment does it. */
export type Generate = (jobs: readonly LoadJob[], signal: AbortSignal) => AsyncIterable<WorkerMessage>;

/** The deployment that runs now. It tells of itself what it can, and that it has died. */
export function deploymentOf(copies: DeployedCopies, generate: Generate): Deployment {
  const isReplica = ({ service: { role } }: RunningCopy): boolean => role === 'tested';
  const meter = new UsageMeter(() => copies.all.map((copy) => ({ ...copy, isReplica: isReplica(copy) })));
  const ofUsedPath = copies.of('tested')[0]?.service.counters?.ofUsedPath;
  const telling = (): readonly RunningCopy[] =>
    copies.of('aside').filter(({ service: { counters } }) => counters !== undefined);
  return {
    ...serverAt(copies.entrance?.url ?? '', generate),
    ...machineUse(),
    deaths: () => deathsOf(copies.mortals),
    ...(canLookAtProcesses ? { usage: () => meter.read() } : {}),
    scrape: (signal) => scrape(copies.of('tested'), signal),
    ...(telling().length === 0 ? {} : { scrapeBeside: (signal) => scrape(telling(), signal) }),
    ...(ofUsedPath === undefined
      ? {}
      : { scrapeBackends: (signal) => scrapeUsed(copies.of('tested'), ofUsedPath, signal) }),
    act: (act, signal) => actOn(copies, act, signal),
  };
}

/** What each copy tells, with its service; of one that has ended, that it has. */
async function scrape(copies: readonly RunningCopy[], signal: AbortSignal): Promise<readonly BesideMetrics[]> {
  const asked = copies.map(async (copy): Promise<readonly BesideMetrics[]> => {
    const { name: replica, url, process, service } = copy;
    const { name, counters } = service;
    if (process.end !== undefined) return [{ service: name, replica, problem: `it ${process.end}`, ended: true }];
    // It would be waited for.
    if (process.isPaused) return [{ service: name, replica, problem: 'it is paused' }];
    return counters === undefined ? [] : [{ service: name, ...(await scrapeCopy(replica, url, counters, signal)) }];
  });
  return (await Promise.all(asked)).flat();
}

/** What one of the copies that run tells of the services that it uses. */
async function scrapeUsed(copies: readonly RunningCopy[], path: string, signal: AbortSignal): Promise<ReplicaMetrics> {
  const asked = copies.find(({ process }) => process.end === undefined && !process.isPaused);
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
