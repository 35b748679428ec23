import type { HostedTopology, Topology } from '../../model/plan.ts';
import { type Service, copiesOf } from '../../services/service.ts';
import { balancerOf, testedOf } from '../../services/system.ts';
import { blaming } from '../common/deaths.ts';
import type { Programs } from '../common/programs.ts';
import type { Deployment, Stack } from '../platform.ts';
import { type Generate, type Tested, deploymentOf, frontOf, serverAt } from './deployment.ts';
import { generateLoad } from './load-worker.ts';
import { type LocatedService, type Surroundings, locate } from './located-service.ts';
import { endOwnProcesses, unendedOf } from './own-processes.ts';
import type { RunContext } from './run-context.ts';
import { removeRunFolder } from './run-folder.ts';
import { type RunningCopy, mortal, stayingOf } from './running-copy.ts';
import { startCopies } from './start-service.ts';

/** Stores as processes of this machine, and what is deployed on them. */
export class LocalStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly #run: RunContext;
  readonly #surroundings: Surroundings;
  readonly #stores: readonly RunningCopy[];
  readonly #generate: Generate;
  /** What runs in front of the stores now. */
  #front: readonly RunningCopy[] = [];

  /** Without stores it is good for servers of the user's own only. */
  constructor(
    run: RunContext,
    surroundings: Surroundings & { readonly programs: Programs },
    stores: readonly RunningCopy[],
    versions: Readonly<Record<string, string>>,
  ) {
    this.#run = run;
    this.#surroundings = surroundings;
    this.#stores = stores;
    this.#generate = (jobs, signal) => generateLoad(surroundings.programs.worker, run, jobs, signal);
    this.versions = versions;
  }

  async deploy(topology: Topology, signal: AbortSignal): Promise<Deployment> {
    if (this.#stores.length === 0) throw new Error('A bare stack has nothing to deploy an application on.');
    return this.#serve(topology, this.#stores, signal);
  }

  async host(topology: HostedTopology, signal: AbortSignal): Promise<Deployment> {
    return this.#serve(topology, [], signal);
  }

  reach(url: string, ips: readonly string[]): Deployment {
    return { ...serverAt(url, this.#generate), urls: ips.map((ip) => ({ url, ip })) };
  }

  release(): void {
    this.#run.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeRun(this.#run);
  }

  /** All stores have to run, whether it uses each of them or not: the variants of a scenario run beside the same ones. */
  async #serve(
    topology: Topology | HostedTopology,
    stores: readonly RunningCopy[],
    signal: AbortSignal,
  ): Promise<Deployment> {
    const tested = await blaming(stores.map(mortal), signal, () => this.#replace(topology, stores, signal));
    return deploymentOf(tested, stores, this.#generate);
  }

  /** Puts a topology in place of the one before; where that fails, nothing of it is left. */
  async #replace(
    topology: Topology | HostedTopology,
    stores: readonly RunningCopy[],
    signal: AbortSignal,
  ): Promise<Tested> {
    const before = this.#front;
    this.#front = [];
    try {
      const tested = await this.#change(before, topology, stores, signal);
      this.#front = frontOf(tested);
      return tested;
    } catch (error) {
      await this.#run.stopFront();
      throw error;
    }
  }

  /** What would be started just so again stays as it is; nothing does where something has died meanwhile. */
  async #change(
    before: readonly RunningCopy[],
    topology: Topology | HostedTopology,
    stores: readonly RunningCopy[],
    signal: AbortSignal,
  ): Promise<Tested> {
    const find = (service: Service): Promise<LocatedService> => locate(this.#run, service, this.#surroundings, signal);
    const alive = before.some(({ process }) => process.end !== undefined) ? [] : before;
    const tested = await find(testedOf(topology));
    const staying = stayingOf(alive, tested, stores);
    const missing = copiesOf(tested.service).filter(({ name }) => !staying.some((copy) => copy.name === name));

    const wanted = balancerOf(topology, { dealsRequests: false });
    const inFront = wanted === undefined ? undefined : await find(wanted);
    const [sameInFront] = inFront === undefined || missing.length > 0 ? [] : stayingOf(alive, inFront, staying);

    const kept = frontOf({ copies: staying, balancer: sameInFront });
    await this.#run.stopFront(kept.map(({ process }) => process));
    const started = await startCopies(tested, missing, stores, signal);
    const copies = [...staying, ...started].sort((one, other) => one.number - other.number);
    if (inFront === undefined || sameInFront !== undefined) return { copies, balancer: sameInFront };
    const [balancer] = await startCopies(inFront, copiesOf(inFront.service), copies, signal);
    return { copies, balancer };
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
