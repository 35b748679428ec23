import { never } from '../../machine/time-limit.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { type Copy, type Service, copiesOf } from '../../services/service.ts';
import { deployedOf } from '../../services/system.ts';
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
import { type RunningCopy, mortal, removeRemains, stayingOf } from './running-copy.ts';
import { startAnew } from './start-service.ts';

/** What is to become of a service that is deployed. */
interface Change {
  readonly located: LocatedService;
  readonly staying: readonly RunningCopy[];
  readonly missing: readonly Copy[];
}

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

  /** All stores have to run where one is used, whichever: the variants of a scenario run beside the same ones. */
  async deploy(topology: Topology | HostedTopology, signal: AbortSignal): Promise<Deployment> {
    await this.#mendStores(signal);
    const services = deployedOf(topology, { dealsRequests: false });
    const used = services.flatMap(({ uses }) => uses);
    const stores = this.#stores.some(({ service: { name } }) => used.includes(name)) ? this.#stores : [];
    await blaming(stores.map(mortal), signal, () => this.#replace(services, stores, signal));
    return deploymentOf(this.#deployed, this.#generate);
  }

  reach(url: string, ips: readonly string[]): Deployment {
    return { ...serverAt(url, this.#generate), urls: ips.map((ip) => ({ url, ip })) };
  }

  release(): void {
    this.#run.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run.stopAll();
    await Promise.all(this.#currentStores.map((store) => removeRemains(store, never())));
    await closeRun(this.#run);
  }

  /** The stores as acts may have started them again. */
  get #currentStores(): readonly RunningCopy[] {
    const { all } = this.#deployed;
    return this.#stores.map((store) => all.find(({ name }) => name === store.name) ?? store);
  }

  /** What acts have done to the stores is over with what was deployed on them. */
  async #mendStores(signal: AbortSignal): Promise<void> {
    await this.#deployed.mendStores(signal);
    this.#stores = this.#currentStores;
  }

  /** Puts services in place of those before; where that fails, nothing of them is left. */
  async #replace(services: readonly Service[], stores: readonly RunningCopy[], signal: AbortSignal): Promise<void> {
    const before = this.#deployed;
    this.#deployed = new DeployedCopies([]);
    try {
      const changes = await this.#changesOf(before, services, stores, signal);
      await this.#run.stopFront(changes.flatMap(({ staying }) => staying.map(({ process }) => process)));
      let running = stores;
      for (const { located, staying, missing } of changes) {
        const started = await startAnew(located, missing, running, signal);
        running = [...running, ...inOrder([...staying, ...started])];
      }
      this.#deployed = new DeployedCopies(running);
    } catch (error) {
      await this.#run.stopFront();
      throw error;
    }
  }

  /**
   * What would be started just so again stays as it is. Nothing does where something has died meanwhile, or was done to it; and none
   * of a service that is told where another one is of which some are started.
   */
  async #changesOf(
    before: DeployedCopies,
    services: readonly Service[],
    stores: readonly RunningCopy[],
    signal: AbortSignal,
  ): Promise<readonly Change[]> {
    const front = before.all.filter(({ service }) => service.role !== 'store');
    const alive = before.isActedOn || front.some(({ process }) => process.end !== undefined) ? [] : front;
    const changes: Change[] = [];
    for (const service of services) {
      const located = await locate(this.#run, service, this.#surroundings, signal);
      const isToldOfNew = changes.some((other) => other.missing.length > 0 && isToldOf(service, other.located.service));
      const running = [...stores, ...changes.flatMap(({ staying }) => staying)];
      const staying = isToldOfNew ? [] : stayingOf(alive, located, running);
      const missing = copiesOf(service).filter(({ name }) => !staying.some((copy) => copy.name === name));
      changes.push({ located, staying, missing });
    }
    return changes;
  }
}

/** Whether a service is told where another one is: one that it uses or fronts, or that fronts what it uses. */
function isToldOf({ uses, fronts }: Service, other: Service): boolean {
  return [...uses, ...fronts].includes(other.name) || other.fronts.some((name) => uses.includes(name));
}

/** Others are told of them in that order. */
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
