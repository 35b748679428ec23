import { unlessAborted } from '../../machine/time-limit.ts';
import { LabError } from '../../model/errors.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { step } from '../../model/steps.ts';
import type { Balancer } from '../../model/system.ts';
import { blaming } from '../common/deaths.ts';
import { appReadiness, readinessOf, type Readiness, type Servers, startServers } from '../common/hosting.ts';
import { replicaNumbers, stayingReplicas } from '../common/scaling.ts';
import type { Deployment, Stack } from '../platform.ts';
import type { Agent } from './agent-connection.ts';
import { type Replica, appGraceSeconds, layData, startReplica } from './app.ts';
import type { Container } from './container.ts';
import {
  backendsOf,
  DockerAppDeployment,
  DockerDeployment,
  mortal,
  type Foundation,
  type Front,
} from './deployment.ts';
import { startHosted } from './hosted.ts';
import { checkLimits } from './limits.ts';
import { type BalancerInFront, reloadNginx, startNginx } from './nginx.ts';
import type { RunContext } from './run-context.ts';

/** What runs in front of the backends now. */
interface Running {
  readonly topology: Topology | HostedTopology;
  readonly replicas: readonly Replica[];
}

/** PostgreSQL and, where it is used, Redis as containers in a network of their own, and the application that is deployed on them. */
export class DockerStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly cores: string | undefined;
  readonly #run: RunContext;
  readonly #agent: Agent;
  readonly #foundation: Foundation | undefined;
  #running: Running | undefined;
  /** Once it is there it stays: to tell it of other replicas takes less time than to start it. */
  #balancer: BalancerInFront | undefined;

  /** Without a foundation it is good for servers of the user's own only. */
  constructor(
    run: RunContext,
    agent: Agent,
    foundation: Foundation | undefined,
    versions: Readonly<Record<string, string>>,
  ) {
    this.versions = versions;
    this.cores = run.settings.cores.sentence;
    this.#run = run;
    this.#agent = agent;
    this.#foundation = foundation;
  }

  async deploy(topology: Topology, signal: AbortSignal): Promise<Deployment> {
    const foundation = this.#foundation;
    if (foundation === undefined) throw new Error('A bare stack has nothing to deploy an application on.');
    const { postgres, redis } = foundation;
    const agent = this.#agent;
    const app = { run: this.#run, agent, backends: { databaseUrl: postgres.url, redisUrl: redis?.url } };
    const servers = {
      noun: 'app',
      readiness: appReadiness,
      prepare: (limited: AbortSignal) =>
        step(this.#run.settings.onStep, 'the data is laid', () => layData(app, topology, limited)),
      start: (number: number, limited: AbortSignal) => startReplica(app, topology, number, limited),
    };
    const front = await blaming([agent, ...backendsOf(foundation)].map(mortal), signal, () =>
      this.#replace(topology, servers, signal),
    );
    return new DockerAppDeployment(this.#run, agent, front, foundation);
  }

  async host(topology: HostedTopology, signal: AbortSignal): Promise<Deployment> {
    if (topology.kind !== 'image') throw new Error('A command is not started as a container.');
    const servers: Servers<Replica> = {
      noun: 'target',
      readiness: readinessOf(topology),
      prepare: () => Promise.resolve(),
      start: (number, limited) => startHosted(this.#run, this.#agent, topology, number, limited),
    };
    const front = await blaming([mortal(this.#agent)], signal, () => this.#replace(topology, servers, signal));
    return new DockerDeployment(this.#run, this.#agent, front);
  }

  /** Puts a topology in place of the one before; where that fails, nothing of it is left. */
  async #replace(topology: Topology | HostedTopology, servers: Servers<Replica>, signal: AbortSignal): Promise<Front> {
    checkLimits(this.#run.settings.engine, topology.limits);
    const before = this.#running;
    this.#running = undefined;
    try {
      this.#running = await this.#change(before, topology, servers, signal);
      return await unlessAborted(this.#front(this.#running), signal);
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
    const backends = this.#foundation === undefined ? [] : backendsOf(this.#foundation);
    return [this.#agent, ...backends].map(({ container }) => container);
  }

  /** What would be started with the same settings stays as it is. */
  async #change(
    before: Running | undefined,
    topology: Topology | HostedTopology,
    servers: Servers<Replica>,
    signal: AbortSignal,
  ): Promise<Running> {
    const staying = before === undefined ? [] : this.#staying(before, topology);
    const leaving = (before?.replicas ?? []).filter((replica) => !staying.includes(replica));
    const missing = replicaNumbers(topology).filter((number) => !staying.some((replica) => replica.number === number));
    // Nothing is in flight on a replica that is replaced: there is no time to lose on its farewell.
    const replaced = leaving.filter(({ number }) => missing.includes(number));
    await this.#run.remove(replaced.map(({ container }) => container));
    const started = await startServers(servers, missing, this.#run.settings.onStep, signal);
    const replicas = [...staying, ...started].sort((one, other) => one.number - other.number);
    const isSameFront = before?.topology.balancer === topology.balancer && leaving.length + missing.length === 0;
    if (replicas.length > 1 && !isSameFront)
      await this.#putInFront(replicas, topology.balancer, servers.readiness, signal);
    await unlessAborted(this.#retire(leaving.filter((replica) => !replaced.includes(replica))), signal);
    return { topology, replicas };
  }

  /** The replicas that can stay; none where something has died meanwhile. */
  #staying({ topology, replicas }: Running, wanted: Topology | HostedTopology): readonly Replica[] {
    if (replicas.some(({ container }) => container.end !== undefined)) return [];
    const numbers = stayingReplicas(topology, wanted);
    return replicas.filter(({ number }) => numbers.includes(number));
  }

  async #putInFront(
    replicas: readonly Replica[],
    balancer: Balancer | undefined,
    readiness: Readiness,
    signal: AbortSignal,
  ): Promise<void> {
    const front = this.#balancer;
    if (front !== undefined && front.container.end === undefined) {
      await reloadNginx(front, replicas, balancer, signal);
      return;
    }
    if (front !== undefined) await this.#run.remove([front.container]);
    this.#balancer = await step(this.#run.settings.onStep, 'nginx starts', () =>
      startNginx(this.#run, this.#agent, replicas, balancer, readiness, signal),
    );
  }

  /** Replicas of which there are to be fewer: they get to end what they are at. */
  async #retire(replicas: readonly Replica[]): Promise<void> {
    const containers = replicas.map(({ container }) => container);
    await Promise.all(containers.map((container) => container.stop(appGraceSeconds)));
    await this.#run.remove(containers);
  }

  async #front({ replicas, topology }: Running): Promise<Front> {
    const balancer = replicas.length > 1 ? this.#balancer : undefined;
    const front = balancer ?? replicas[0];
    return {
      topology,
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
