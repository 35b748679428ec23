import type { HostedTopology, Topology } from '../../model/plan.ts';
import { type Service, copiesOf } from '../../services/service.ts';
import { balancerOf, testedOf } from '../../services/system.ts';
import { blaming } from '../common/deaths.ts';
import type { Programs } from '../common/programs.ts';
import type { Deployment, Stack } from '../platform.ts';
import { DeployedCopies } from './deployed-copies.ts';
import { type Generate, deploymentOf, serverAt } from './deployment.ts';
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
  readonly #generate: Generate;
  #stores: readonly RunningCopy[];
  /** What runs now of what was deployed last: in front of the stores, and those of them that it was deployed on. */
  #deployed = new DeployedCopies([]);

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

  async deploy(topology: Topology | HostedTopology, signal: AbortSignal): Promise<Deployment> {
    await this.#mendStores(signal);
    const { uses } = testedOf(topology);
    return this.#serve(topology, uses.length === 0 ? [] : this.#stores, signal);
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
    await blaming(stores.map(mortal), signal, () => this.#replace(topology, stores, signal));
    return deploymentOf(this.#deployed, this.#generate);
  }

  /** What acts have done to the stores is over with what was deployed on them. */
  async #mendStores(signal: AbortSignal): Promise<void> {
    const deployed = this.#deployed;
    await deployed.mendStores(signal);
    this.#stores = this.#stores.map((store) => deployed.all.find(({ name }) => name === store.name) ?? store);
  }

  /** Puts a topology in place of the one before; where that fails, nothing of it is left. */
  async #replace(
    topology: Topology | HostedTopology,
    stores: readonly RunningCopy[],
    signal: AbortSignal,
  ): Promise<void> {
    const before = this.#deployed;
    this.#deployed = new DeployedCopies([]);
    try {
      const front = await this.#change(before, topology, stores, signal);
      this.#deployed = new DeployedCopies([...front, ...stores]);
    } catch (error) {
      await this.#run.stopFront();
      throw error;
    }
  }

  /**
   * What would be started just so again stays as it is; nothing does where something has died meanwhile, or was done to it.
   * @returns what is in front of the stores then
   */
  async #change(
    before: DeployedCopies,
    topology: Topology | HostedTopology,
    stores: readonly RunningCopy[],
    signal: AbortSignal,
  ): Promise<readonly RunningCopy[]> {
    const find = (service: Service): Promise<LocatedService> => locate(this.#run, service, this.#surroundings, signal);
    const front = [...before.of('tested'), ...before.of('balancer')];
    const alive = before.isActedOn || front.some(({ process }) => process.end !== undefined) ? [] : front;
    const tested = await find(testedOf(topology));
    const staying = stayingOf(alive, tested, stores);
    const missing = copiesOf(tested.service).filter(({ name }) => !staying.some((copy) => copy.name === name));

    const wanted = balancerOf(topology, { dealsRequests: false });
    const inFront = wanted === undefined ? undefined : await find(wanted);
    const sameInFront = inFront === undefined || missing.length > 0 ? [] : stayingOf(alive, inFront, staying);

    const kept = [...staying, ...sameInFront];
    await this.#run.stopFront(kept.map(({ process }) => process));
    const copies = [...staying, ...(await startCopies(tested, missing, stores, signal))];
    if (inFront === undefined || sameInFront.length > 0) return [...copies, ...sameInFront];
    return [...copies, ...(await startCopies(inFront, copiesOf(inFront.service), inOrder(copies), signal))];
  }
}

/** The balancer is told of them in that order. */
function inOrder(copies: readonly RunningCopy[]): readonly RunningCopy[] {
  return copies.toSorted((one, other) => one.number - other.number);
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
