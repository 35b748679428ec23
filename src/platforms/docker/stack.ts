import { LabError } from '../../errors.ts';
import type { Topology } from '../../scenarios/plan.ts';
import { replicaNumbers, stayingReplicas } from '../common/scaling.ts';
import { together } from '../common/together.ts';
import type { Deployment, Stack } from '../platform.ts';
import { type App, type Replica, appGraceSeconds, layData, startReplica } from './app.ts';
import type { Container } from './container.ts';
import { DockerDeployment, type Foundation } from './deployment.ts';
import { checkLimits } from './limits.ts';
import { type BalancerInFront, reloadNginx, startNginx } from './nginx.ts';
import type { RunContext } from './run-context.ts';

/** What runs in front of the backends now. */
interface Running {
  readonly topology: Topology;
  readonly replicas: readonly Replica[];
}

/** PostgreSQL and Redis as containers in a network of their own, and the application that is deployed on them. */
export class DockerStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly cores: string | undefined;
  readonly #run: RunContext;
  readonly #app: App;
  readonly #foundation: Foundation;
  #running: Running | undefined;
  /** Once it is there it stays: to tell it of other replicas takes less time than to start it. */
  #balancer: BalancerInFront | undefined;

  constructor(run: RunContext, foundation: Foundation, versions: Readonly<Record<string, string>>) {
    const { postgres, redis, agent } = foundation;
    this.versions = versions;
    this.cores = run.settings.cores.sentence;
    this.#run = run;
    this.#foundation = foundation;
    this.#app = { run, agent, backends: { databaseUrl: postgres.url, redisUrl: redis.url } };
  }

  async deploy(topology: Topology, signal: AbortSignal): Promise<Deployment> {
    checkLimits(this.#run.settings.engine, topology.limits);
    const before = this.#running;
    this.#running = undefined;
    try {
      this.#running = await this.#change(before, topology, signal);
      return await this.#deployment(this.#running);
    } catch (error) {
      this.#balancer = undefined;
      await this.#run.removeOthers(this.#backends());
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

  #backends(): readonly Container[] {
    const { postgres, redis, agent } = this.#foundation;
    return [postgres.container, redis.container, agent.container];
  }

  /** Puts a topology in place of the one before; what would be started with the same settings stays as it is. */
  async #change(before: Running | undefined, topology: Topology, signal: AbortSignal): Promise<Running> {
    const staying = before === undefined ? [] : this.#staying(before, topology);
    const leaving = (before?.replicas ?? []).filter((replica) => !staying.includes(replica));
    const missing = replicaNumbers(topology).filter((number) => !staying.some((replica) => replica.number === number));
    if (missing.length > 0) this.#run.settings.onStep(`${missing.length} × app starts`);
    // Nothing is in flight on a replica that is replaced: there is no time to lose on its farewell.
    const replaced = leaving.filter(({ number }) => missing.includes(number));
    await this.#run.remove(replaced.map(({ container }) => container));
    // Data and replicas at the same time: nothing asks a replica for data before this is done.
    const [, started] = await together(signal, (limited) => [
      layData(this.#app, topology, limited),
      together(limited, (inner) => missing.map((number) => startReplica(this.#app, topology, number, inner))),
    ]);
    const replicas = [...staying, ...started].sort((one, other) => one.number - other.number);
    const isSameFront = before?.topology.balancer === topology.balancer && leaving.length + missing.length === 0;
    if (replicas.length > 1 && !isSameFront) await this.#putInFront(replicas, topology, signal);
    await this.#retire(leaving.filter((replica) => !replaced.includes(replica)));
    return { topology, replicas };
  }

  /** The replicas that can stay; none where something has died meanwhile. */
  #staying({ topology, replicas }: Running, wanted: Topology): readonly Replica[] {
    if (replicas.some(({ container }) => container.end !== undefined)) return [];
    const numbers = stayingReplicas(topology, wanted);
    return replicas.filter(({ number }) => numbers.includes(number));
  }

  async #putInFront(replicas: readonly Replica[], { balancer }: Topology, signal: AbortSignal): Promise<void> {
    const front = this.#balancer;
    if (front !== undefined && front.container.end === undefined) {
      await reloadNginx(front, replicas, balancer, signal);
      return;
    }
    if (front !== undefined) await this.#run.remove([front.container]);
    this.#balancer = await startNginx(this.#app, replicas, balancer, signal);
  }

  /** Replicas of which there are to be fewer: they get to end what they are at. */
  async #retire(replicas: readonly Replica[]): Promise<void> {
    const containers = replicas.map(({ container }) => container);
    await Promise.all(containers.map((container) => container.stop(appGraceSeconds)));
    await this.#run.remove(containers);
  }

  async #deployment({ replicas, topology }: Running): Promise<Deployment> {
    const balancer = replicas.length > 1 ? this.#balancer : undefined;
    const front = balancer ?? replicas[0];
    return new DockerDeployment(this.#run, this.#foundation, {
      topology,
      replicas,
      balancer,
      urls: front === undefined ? [] : [front.url],
      address: front === undefined ? undefined : await this.#address(front.container),
    });
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
