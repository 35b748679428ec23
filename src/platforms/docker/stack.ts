import { unlessAborted } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { deployedOf } from '../../services/system.ts';
import { blaming } from '../common/deaths.ts';
import type { Deployment, Stack } from '../platform.ts';
import type { Agent } from './agent-connection.ts';
import { type Container, mortal } from './container.ts';
import { startAgain } from './copies.ts';
import { DockerDeployment, type Front } from './deployment.ts';
import { checkLimits } from './limits.ts';
import { replace } from './replacement.ts';
import type { RunContext } from './run-context.ts';
import { type Running, frontIn } from './running.ts';
import type { RunningCopy } from './surroundings.ts';

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
    const stores = this.#storesFor(topology);
    return blaming([this.#agent, ...stores].map(mortal), signal, () => this.#replace(stores, topology, signal));
  }

  /** What uses a store is started beside all of them, whichever it asks. */
  #storesFor(topology: Topology | HostedTopology): readonly RunningCopy[] {
    const used = deployedOf(topology, { dealsRequests: false }).flatMap(({ uses }) => uses);
    return this.#stores.some(({ service }) => used.includes(service.name)) ? this.#stores : [];
  }

  /** What stands still goes on, and the stores that were ended run again; the next deployment replaces the rest. */
  async #undoActs(running: Running, signal: AbortSignal): Promise<void> {
    const { copies, idle } = running;
    const there = [...this.#stores, ...copies, ...(idle === undefined ? [] : [idle])];
    // An act that was broken off may have left some that nobody knows.
    await this.#run.removeOthers([this.#agent, ...there].map(({ container }) => container));
    await Promise.all(there.map(async ({ container }) => container.resume()));
    const ended = this.#stores.filter(({ container }) => container.wasEnded);
    const around = { run: this.#run, agent: this.#agent, running: [] };
    await together(signal, (limited) => ended.map((store) => startAgain(around, store, limited)));
  }

  /** Puts a topology in place of the one before; where that fails, nothing of it is left. */
  async #replace(
    stores: readonly RunningCopy[],
    topology: Topology | HostedTopology,
    signal: AbortSignal,
  ): Promise<Deployment> {
    const services = deployedOf(topology, { dealsRequests: false });
    for (const { limits } of services) checkLimits(this.#run.settings.engine, limits);
    const before = this.#running;
    this.#running = undefined;
    try {
      const running = await replace({ run: this.#run, agent: this.#agent, before, stores, topology }, signal);
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

  async #front(running: Running): Promise<Front> {
    const front = frontIn(running);
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
