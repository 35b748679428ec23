import { isDeepStrictEqual } from 'node:util';
import { together } from '../../machine/together.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { type Copy, type Service, copiesOf, isIndispensable } from '../../services/service.ts';
import { deployedOf } from '../../services/system.ts';
import { blaming } from '../common/deaths.ts';
import { hasToLearn } from './balancers.ts';
import { DeployedCopies } from './deployed-copies.ts';
import { type Host, type RunningCopy, mortal, runs, wasEnded } from './host.ts';
import { startService } from './start.ts';

/** What is to become of a service that is deployed. */
interface Change<C> {
  readonly service: Service;
  readonly staying: readonly C[];
  readonly missing: readonly Copy[];
}

/** Deploys one topology after another on the stores of a run: the order of things, whichever platform does them. */
export class Runner<C extends RunningCopy> {
  readonly #host: Host<C>;
  #stores: readonly C[];
  /** What was deployed last, with the stores that it was deployed on. */
  #deployed = new DeployedCopies<C>([]);
  /** A balancer of what is tested that nothing needs now: to tell it of others takes less time than to start it. */
  #idle: readonly C[] = [];

  constructor(host: Host<C>, stores: readonly C[]) {
    this.#host = host;
    this.#stores = stores;
  }

  /** The stores as acts may have started them again. */
  get stores(): readonly C[] {
    const { all } = this.#deployed;
    return this.#stores.map((store) => all.find(({ name }) => name === store.name) ?? store);
  }

  /**
   * Puts a topology in place of the one before; where that fails, nothing of it is left. All stores have to run where one is used,
   * whichever: the variants of a scenario run beside the same ones.
   * @throws {LabError} of the store that has ended, where one has; otherwise the first thing that went wrong
   */
  async deploy(topology: Topology | HostedTopology, signal: AbortSignal): Promise<DeployedCopies<C>> {
    await this.#mendStores(signal);
    const services = deployedOf(topology, { dealsRequests: false });
    const used = services.flatMap(({ uses }) => uses);
    const stores = this.#stores.some(({ service: { name } }) => used.includes(name)) ? this.#stores : [];
    const needed = [...this.#host.needed, ...stores.map(mortal)];
    return blaming(needed, signal, () => this.#replace(services, stores, signal));
  }

  /** What acts have done to the stores is over with what was deployed on them: they go on, or run again. */
  async #mendStores(signal: AbortSignal): Promise<void> {
    const deployed = this.#deployed;
    await Promise.all(deployed.all.map(async ({ handle }) => (handle.isPaused ? handle.resume() : undefined)));
    const ended = deployed.of('store').filter(wasEnded);
    const again = await together(signal, (limited) => ended.map((store) => this.#host.startAgain(store, [], limited)));
    for (const store of again) deployed.put(store);
    this.#stores = this.stores;
  }

  async #replace(services: readonly Service[], stores: readonly C[], signal: AbortSignal): Promise<DeployedCopies<C>> {
    // What is deployed stays as it is where this cannot be.
    for (const service of services) await this.#host.check(service, signal);
    const before = this.#deployed;
    this.#deployed = new DeployedCopies([]);
    try {
      const balancers = this.#balancersIn(before);
      const changes = await this.#changesOf(before, balancers, services, stores, signal);
      const staying = changes.flatMap((change) => change.staying);
      const mayIdle = [...this.#idle, before.entrance];
      this.#idle = balancers.filter((balancer) => !staying.includes(balancer) && mayIdle.includes(balancer));
      await this.#host.endOthers([...this.#stores, ...staying, ...this.#idle]);
      let running = stores;
      for (const change of changes) running = [...running, ...(await this.#put(change, running, signal))];
      signal.throwIfAborted();
      return (this.#deployed = new DeployedCopies(running));
    } catch (error) {
      this.#idle = [];
      // What went wrong first is what the user has to know; what this leaves goes with the run.
      await this.#host.endOthers(this.#stores).catch(() => undefined);
      throw error;
    }
  }

  /** Those that are told of others, whatever else has changed. */
  #balancersIn(before: DeployedCopies<C>): readonly C[] {
    if (!this.#host.keepsBalancers) return [];
    const there = [...before.of('balancer'), ...this.#idle];
    return there.filter((balancer) => runs(balancer) && balancer.service.reload !== undefined);
  }

  /**
   * What would be started just so again stays as it is. Nothing does where something has died meanwhile, or was done to it; and none
   * of a service that is told where another one is of which some are started.
   */
  async #changesOf(
    before: DeployedCopies<C>,
    balancers: readonly C[],
    services: readonly Service[],
    stores: readonly C[],
    signal: AbortSignal,
  ): Promise<readonly Change<C>[]> {
    const front = before.all.filter(({ service }) => service.role !== 'store');
    const isAsItWas = !before.isActedOn && front.every(({ handle }) => handle.end === undefined);
    const changes: Change<C>[] = [];
    for (const service of services) {
      const balancing = balancers.filter((balancer) => balancer.service.name === service.name);
      const isToldOfNew = changes.some((other) => other.missing.length > 0 && isToldOf(service, other.service));
      const running = [...stores, ...changes.flatMap((other) => other.staying)];
      const staying = isAsItWas && !isToldOfNew ? await this.#stayingOf(front, service, running, signal) : [];
      const there = balancing.length > 0 ? balancing : staying;
      const missing = copiesOf(service).filter(({ name }) => !there.some((copy) => copy.name === name));
      changes.push({ service, staying: there, missing });
    }
    return changes;
  }

  /** Those copies of a service that would be started just so again where they are. */
  async #stayingOf(
    before: readonly C[],
    service: Service,
    running: readonly C[],
    signal: AbortSignal,
  ): Promise<readonly C[]> {
    if (service.betweenTrials === 'anew') return [];
    const looked = copiesOf(service).map(async (copy): Promise<readonly C[]> => {
      const old = before.find(({ name }) => name === copy.name);
      if (old === undefined) return [];
      const described = await this.#host.describe(service, copy, old, running, signal);
      return isDeepStrictEqual(old.described, described) ? [{ ...old, ...copy, service }] : [];
    });
    return (await Promise.all(looked)).flat();
  }

  /** Starts what is missing of a service, and has those of its copies that stay know of it where they front it. */
  async #put(
    { service, staying, missing }: Change<C>,
    running: readonly C[],
    signal: AbortSignal,
  ): Promise<readonly C[]> {
    const isBalancer = service.role === 'balancer';
    const follow = (copy: C): Promise<C> => this.#follow(copy, service, running, signal);
    const there = isBalancer ? await Promise.all(staying.map(follow)) : staying;
    // What leads to a store may have ended since: who cannot reach that is not to blame.
    const leading = running.filter((copy) => isIndispensable(copy.service) && copy.service.role !== 'store');
    const start = () => startService(this.#host, service, missing, running, signal);
    const started = await blaming(leading.map(mortal), signal, start);
    // Others are told of them in that order.
    return [...there, ...started].toSorted((one, other) => one.number - other.number);
  }

  /** Has a balancer that stays be as it would be started now; where it would be told nothing new it stays as it is. */
  async #follow(balancer: C, service: Service, running: readonly C[], signal: AbortSignal): Promise<C> {
    const described = await this.#host.describe(service, balancer, balancer, running, signal);
    const isUpToDate = isDeepStrictEqual(described, balancer.described) && !(await hasToLearn(balancer, running));
    return isUpToDate ? { ...balancer, service } : this.#host.tell(balancer, service, running, signal);
  }
}

/** Whether a service is told where another one is: one that it uses or fronts, or that fronts what it uses. */
function isToldOf({ uses, fronts }: Service, other: Service): boolean {
  return [...uses, ...fronts].includes(other.name) || other.fronts.some((name) => uses.includes(name));
}
