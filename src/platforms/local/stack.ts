import type { HostedTopology, Topology } from '../../model/plan.ts';
import { copiesOf } from '../../services/service.ts';
import { balancerOf, testedOf } from '../../services/system.ts';
import { blaming } from '../common/deaths.ts';
import type { Programs } from '../common/programs.ts';
import { stayingReplicas } from '../common/scaling.ts';
import type { Deployment, Stack } from '../platform.ts';
import { type Generate, type Tested, deploymentOf, serverAt } from './deployment.ts';
import { generateLoad } from './load-worker.ts';
import type { Surroundings } from './located-service.ts';
import { endOwnProcesses, unendedOf } from './own-processes.ts';
import type { RunContext } from './run-context.ts';
import { removeRunFolder } from './run-folder.ts';
import { type RunningCopy, mortal } from './running-copy.ts';
import { startService } from './start-service.ts';

/** What runs in front of the stores now, and what was asked for. */
interface Front extends Tested {
  readonly topology: Topology | HostedTopology;
}

/** Stores as processes of this machine, and what is deployed on them. */
export class LocalStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly #run: RunContext;
  readonly #surroundings: Surroundings;
  readonly #stores: readonly RunningCopy[];
  readonly #generate: Generate;
  #front: Front | undefined;

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
    this.#front = undefined;
    try {
      return (this.#front = await this.#change(before, topology, stores, signal));
    } catch (error) {
      await this.#run.stopFront();
      throw error;
    }
  }

  /** What would be started with the same settings stays as it is. */
  async #change(
    before: Front | undefined,
    topology: Topology | HostedTopology,
    stores: readonly RunningCopy[],
    signal: AbortSignal,
  ): Promise<Front> {
    const tested = testedOf(topology);
    const inFront = balancerOf(topology, { dealsRequests: false });
    const staying = before === undefined ? [] : stayingOf(before, topology);
    const sameInFront = isSameFront(before, staying, topology) ? before?.balancer : undefined;
    const kept = sameInFront === undefined ? staying : [...staying, sameInFront];
    await this.#run.stopFront(kept.map(({ process }) => process));
    const around = { run: this.#run, surroundings: this.#surroundings };
    const missing = copiesOf(tested).filter((copy) => !staying.some(({ number }) => number === copy.number));
    const started = await startService(tested, { ...around, running: stores }, signal, missing);
    const copies = [...staying, ...started].sort((one, other) => one.number - other.number);
    if (inFront === undefined) return { topology, copies, balancer: undefined };
    if (sameInFront !== undefined) return { topology, copies, balancer: sameInFront };
    const [balancer] = await startService(inFront, { ...around, running: copies }, signal);
    return { topology, copies, balancer };
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

/** The copies that can stay; none where something has died meanwhile. */
function stayingOf({ topology, copies, balancer }: Front, wanted: Topology | HostedTopology): readonly RunningCopy[] {
  const all = [...copies, ...(balancer === undefined ? [] : [balancer])];
  if (all.some(({ process }) => process.end !== undefined)) return [];
  const numbers = stayingReplicas(topology, wanted);
  return copies.filter(({ number }) => numbers.includes(number));
}

function isSameFront(
  before: Front | undefined,
  staying: readonly RunningCopy[],
  wanted: Topology | HostedTopology,
): boolean {
  if (before === undefined) return false;
  const { topology } = before;
  return (
    topology.balancer === wanted.balancer && topology.replicas === wanted.replicas && staying.length === wanted.replicas
  );
}
