import type { HostedTopology, Topology } from '../../model/plan.ts';
import type { Programs } from '../common/programs.ts';
import type { Deployment, Stack } from '../platform.ts';
import { Runner } from '../runner/runner.ts';
import { type Generate, deploymentOf, serverAt } from './deployment.ts';
import { LocalHost } from './host.ts';
import { generateLoad } from './load-worker.ts';
import { endOwnProcesses, unendedOf } from './own-processes.ts';
import type { RunContext } from './run-context.ts';
import { removeRunFolder } from './run-folder.ts';
import type { RunningCopy } from './running-copy.ts';

/** Stores as processes of this machine, and what is deployed on them. */
export class LocalStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly #run: RunContext;
  readonly #host: LocalHost;
  readonly #runner: Runner<RunningCopy>;
  readonly #generate: Generate;

  /** Without stores it is good for servers of the user's own only. */
  constructor(
    run: RunContext,
    programs: Pick<Programs, 'worker'>,
    host: LocalHost,
    stores: readonly RunningCopy[],
    versions: Readonly<Record<string, string>>,
  ) {
    this.versions = versions;
    this.#run = run;
    this.#host = host;
    this.#runner = new Runner(host, stores);
    this.#generate = (jobs, signal) => generateLoad(programs.worker, run, jobs, signal);
  }

  async deploy(topology: Topology | HostedTopology, signal: AbortSignal): Promise<Deployment> {
    return deploymentOf(this.#host, await this.#runner.deploy(topology, signal), this.#generate);
  }

  reach(url: string, ips: readonly string[]): Deployment {
    return { ...serverAt(url, this.#generate), urls: ips.map((ip) => ({ url, ip })) };
  }

  release(): void {
    this.#run.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run.stopAll();
    await this.#host.removeRemains(this.#runner.stores);
    await closeRun(this.#run);
  }
}

/** Ends everything that a run started, and removes its folder; what could not be ended is told, and keeps it. */
export async function closeRun(run: RunContext): Promise<void> {
  await run.stopAll();
  // A process that left its group, as PostgreSQL's do, and outlived the one that was stopped.
  const unended = unendedOf(await endOwnProcesses(run.folder));
  // The folder is what they are found by.
  if (unended === undefined) await removeRunFolder(run.folder);
  else run.onStep(`processes of this run ${unended}; its folder ${run.folder} stays`);
}
