import { isDeepStrictEqual } from 'node:util';
import { unlessAborted } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { type Service, copiesOf } from '../../services/service.ts';
import { balancerOf, testedOf } from '../../services/system.ts';
import { blaming } from '../common/deaths.ts';
import { stayingReplicas } from '../common/scaling.ts';
import type { Deployment, Stack } from '../platform.ts';
import type { Agent } from './agent-connection.ts';
import { type Container, mortal } from './container.ts';
import { type RunningCopy, type Surroundings, prepare, reload, startCopies } from './copies.ts';
import { DockerDeployment, type Front } from './deployment.ts';
import { checkLimits } from './limits.ts';
import type { RunContext } from './run-context.ts';

/** What runs in front of the stores now. */
interface Running {
  readonly topology: Topology | HostedTopology;
  readonly replicas: readonly RunningCopy[];
}

/** The stores of a run as containers in a network of their own, and what is deployed on them. */
export class DockerStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly cores: string | undefined;
  readonly #run: RunContext;
  readonly #agent: Agent;
  readonly #stores: readonly RunningCopy[];
  #running: Running | undefined;
  /** Once it is there it stays: to tell it of other replicas takes less time than to start it. */
  #balancer: RunningCopy | undefined;

  /** Without stores it is good for servers of the user's own only. */
  constructor(
    run: RunContext,
    agent: Agent,
    stores: readonly RunningCopy[],
    versions: Readonly<Record<string, string>>,
  ) {
    this.versions = versions;
    this.cores = run.settings.cores.sentence;
    this.#run = run;
    this.#agent = agent;
    this.#stores = stores;
  }

  async deploy(topology: Topology, signal: AbortSignal): Promise<Deployment> {
    return this.#put(topology, signal);
  }

  async host(topology: HostedTopology, signal: AbortSignal): Promise<Deployment> {
    return this.#put(topology, signal);
  }

  async #put(topology: Topology | HostedTopology, signal: AbortSignal): Promise<Deployment> {
    // What uses a store is started beside all of them, whichever it asks.
    const stores = testedOf(topology).uses.length === 0 ? [] : this.#stores;
    const front = await blaming([this.#agent, ...stores].map(mortal), signal, () =>
      this.#replace(stores, topology, signal),
    );
    return new DockerDeployment(this.#run, this.#agent, front);
  }

  /** Puts a topology in place of the one before; where that fails, nothing of it is left. */
  async #replace(
    stores: readonly RunningCopy[],
    topology: Topology | HostedTopology,
    signal: AbortSignal,
  ): Promise<Front> {
    checkLimits(this.#run.settings.engine, topology.limits);
    const before = this.#running;
    this.#running = undefined;
    try {
      this.#running = await this.#change(before, stores, topology, signal);
      return await unlessAborted(this.#front(stores, this.#running), signal);
    } catch (error) {
      this.#balancer = undefined;
      await this.#run.removeOthers([this.#agent, ...this.#stores].map(({ container }) => container));
      throw error;
    }
  }

  reach(): never {
    throw reachesNoUrls();
  }

  release(): void {
    this.#run.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run.close();
  }

  /** What would be started with the same settings stays as it is. */
  async #change(
    before: Running | undefined,
    stores: readonly RunningCopy[],
    topology: Topology | HostedTopology,
    signal: AbortSignal,
  ): Promise<Running> {
    const tested = testedOf(topology);
    const staying = before === undefined ? [] : this.#staying(before, topology);
    const leaving = (before?.replicas ?? []).filter((replica) => !staying.includes(replica));
    const missing = copiesOf(tested).filter(({ number }) => !staying.some(({ copy }) => copy.number === number));
    // Nothing is in flight on a replica that is replaced: there is no time to lose on its farewell.
    const replaced = leaving.filter(({ copy }) => missing.some(({ number }) => copy.number === number));
    await this.#run.remove(replaced.map(({ container }) => container));
    // At the same time: nothing asks a replica for data before both are done.
    const around = this.#among(stores);
    const [, started] = await together(signal, (limited) => [
      prepare(around, tested, limited),
      startCopies(around, tested, limited, missing),
    ]);
    const replicas = [...staying, ...started].sort((one, other) => one.copy.number - other.copy.number);
    const balancer = balancerOf(topology, { dealsRequests: false });
    const isBalancedAlike = isDeepStrictEqual(before?.topology.balancer, topology.balancer);
    const isSameFront = isBalancedAlike && leaving.length + missing.length === 0;
    if (balancer !== undefined && !isSameFront) await this.#putInFront(replicas, balancer, signal);
    await unlessAborted(this.#retire(leaving.filter((replica) => !replaced.includes(replica))), signal);
    return { topology, replicas };
  }

  /** The replicas that can stay; none where something has died meanwhile. */
  #staying({ topology, replicas }: Running, wanted: Topology | HostedTopology): readonly RunningCopy[] {
    if (replicas.some(({ container }) => container.end !== undefined)) return [];
    const numbers = stayingReplicas(topology, wanted);
    return replicas.filter(({ copy }) => numbers.includes(copy.number));
  }

  async #putInFront(fronted: readonly RunningCopy[], balancer: Service, signal: AbortSignal): Promise<void> {
    const around = this.#among(fronted);
    const front = this.#balancer;
    this.#balancer = front && (await reload(around, front, balancer, signal));
    if (this.#balancer !== undefined) return;
    if (front !== undefined) await this.#run.remove([front.container]);
    [this.#balancer] = await startCopies(around, balancer, signal);
  }

  #among(running: readonly RunningCopy[]): Surroundings {
    return { run: this.#run, agent: this.#agent, running };
  }

  /** Replicas of which there are to be fewer: they get to end what they are at. */
  async #retire(replicas: readonly RunningCopy[]): Promise<void> {
    await Promise.all(replicas.map(({ container, service }) => container.stop(service.stop.graceMs / 1000)));
    await this.#run.remove(replicas.map(({ container }) => container));
  }

  async #front(stores: readonly RunningCopy[], { replicas }: Running): Promise<Front> {
    const balancer = replicas.length > 1 ? this.#balancer : undefined;
    const front = balancer ?? replicas[0];
    return {
      stores,
      replicas,
      balancer,
      urls: front === undefined ? [] : [front.url],
      address: front === undefined ? undefined : await this.#address(front.container),
    };
  }

  /** Where the front is published; undefined where it is not, or not on this machine. */
  async #address(front: Container): Promise<string | undefined> {
    const { publish, engine } = this.#run.settings;
    if (!publish || !engine.address.isHere) return undefined;
    const [port] = (await front.state()).published;
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  }
}

/** What is said to a user who wants load on a server of their own. */
export function reachesNoUrls(): LabError {
  return new LabError('Containers cannot put load on a server at an address of this machine.', {
    hint: 'Use --platform local.',
  });
}
