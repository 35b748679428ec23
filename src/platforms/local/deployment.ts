import os from 'node:os';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import type { Deployment } from '../platform.ts';
import type { DeployedCopies } from '../runner/deployed-copies.ts';
import { tellOf } from '../runner/deployment.ts';
import { subjectOf } from '../runner/host.ts';
import type { LocalHost } from './host.ts';
import { canLookAtProcesses } from './process-table.ts';
import type { RunningCopy } from './running-copy.ts';
import { UsageMeter } from './usage.ts';

/** How load is put on something: as a deployment does it. */
export type Generate = (jobs: readonly LoadJob[], signal: AbortSignal) => AsyncIterable<WorkerMessage>;

/** The deployment that runs now. It tells of itself what it can, and that it has died. */
export function deploymentOf(host: LocalHost, copies: DeployedCopies<RunningCopy>, generate: Generate): Deployment {
  const meter = new UsageMeter(() =>
    copies.all.map((copy) => ({ ...subjectOf(copy), role: copy.service.role, process: copy.handle })),
  );
  return {
    ...serverAt(copies.entrance?.url ?? '', generate),
    ...machineUse(),
    ...(canLookAtProcesses ? { usage: () => meter.read() } : {}),
    ...tellOf(host, copies),
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
