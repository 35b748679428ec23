import { isDeepStrictEqual } from 'node:util';
import { unlessAborted } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { copiesOf } from '../../services/service.ts';
import { balancerOf, testedOf } from '../../services/system.ts';
import { blaming } from '../common/deaths.ts';
import { stayingReplicas } from '../common/scaling.ts';
import type { Deployment, Stack } from '../platform.ts';
import type { Agent } from './agent-connection.ts';
import { type Container, mortal } from './container.ts';
import { type RunningCopy, type Surroundings, prepare, putInFront, retire, startAgain, startCopies } from './copies.ts';
import { DockerDeployment, type Front } from './deployment.ts';
import { checkLimits } from './limits.ts';
import type { RunContext } from './run-context.ts';
import { type Running, balancerIn } from './running.ts';

/** The stores of a run as containers in a network of their own, and what is deployed on them. */
export class DockerStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly cores: string | undefined;
  readonly #run: RunContext;
  readonly #agent: Agent;
  readonly #stores: readonly RunningCopy[];
  #running: Running | undefined;

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

  async deploy(topology: Topology | HostedTopology, signal: AbortSignal): Promise<Deployment> {
    if (this.#running?.topology.acts?.length) await this.#undoActs(this.#running, signal);
    // What uses a store is started beside all of them, whichever it asks.
    const stores = testedOf(topology).uses.length === 0 ? [] : this.#stores;
    return blaming([this.#agent, ...stores].map(mortal), signal, () => this.#replace(stores, topology, signal));
  }

  /** What stands still goes on, and the stores that were ended run again; the next deployment replaces the rest. */
  async #undoActs(running: Running, signal: AbortSignal): Promise<void> {
    const there = [...this.#stores, ...running.replicas, ...(running.balancer === undefined ? [] : [running.balancer])];
    // An act that was broken off may have left some that nobody knows.
    await this.#run.removeOthers([this.#agent, ...there].map(({ container }) => container));
    await Promise.all(there.map(async ({ container }) => container.resume()));
    const ended = this.#stores.filter(({ container }) => container.wasEnded);
    await together(signal, (limited) => ended.map((store) => startAgain(this.#among([]), store, limited)));
  }

  /** Puts a topology in place of the one before; where that fails, nothing of it is left. */
  async #replace(
    stores: readonly RunningCopy[],
    topology: Topology | HostedTopology,
    signal: AbortSignal,
  ): Promise<Deployment> {
    checkLimits(this.#run.settings.engine, topology.limits);
    const before = this.#running;
    this.#running = undefined;
    try {
      const running = await this.#change(before, stores, topology, signal);
      this.#running = running;
      const front = await unlessAborted(this.#front(running), signal);
      return new DockerDeployment(this.#run, this.#agent, running, front);
    } catch (error) {
      this.#running = undefined;
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
    const needed = balancerOf(topology, { dealsRequests: false });
    const isBalancedAlike =
      before !== undefined &&
      balancerIn(before) !== undefined &&
      isDeepStrictEqual(before.topology.balancer, topology.balancer);
    const isSameFront = isBalancedAlike && leaving.length + missing.length === 0;
    const balancer =
      needed === undefined || isSameFront
        ? before?.balancer
        : await putInFront(this.#among(replicas), before?.balancer, needed, signal);
    const retired = leaving.filter((replica) => !replaced.includes(replica));
    await unlessAborted(retire(this.#run, retired), signal);
    return { topology, stores, replicas, balancer };
  }

  /** The replicas that can stay; none where something has died meanwhile. */
  #staying({ topology, replicas }: Running, wanted: Topology | HostedTopology): readonly RunningCopy[] {
    if (replicas.some(({ container }) => container.end !== undefined)) return [];
    const numbers = stayingReplicas(topology, wanted);
    return replicas.filter(({ copy }) => numbers.includes(copy.number));
  }

  #among(running: readonly RunningCopy[]): Surroundings {
    return { run: this.#run, agent: this.#agent, running };
  }

  async #front(running: Running): Promise<Front> {
    const front = balancerIn(running) ?? running.replicas[0];
    if (front === undefined) return { urls: [], address: undefined };
    return { urls: [front.url], address: await this.#address(front.container) };
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
