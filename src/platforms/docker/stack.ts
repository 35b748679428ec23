import { LabError } from '../../errors.ts';
import type { LoadJob, WorkerMessage } from '../../load/job.ts';
import type { Topology } from '../../scenarios/plan.ts';
import { replicaNumbers, stayingReplicas } from '../common/scaling.ts';
import { scrapeReplica } from '../common/scrape.ts';
import { settlesWithin } from '../common/time-limit.ts';
import { together } from '../common/together.ts';
import type { Deployment, ReplicaMetrics, ServiceUsage, Stack } from '../platform.ts';
import type { Agent } from './agent-connection.ts';
import { type App, type Replica, appGraceSeconds, layData, startReplica } from './app.ts';
import type { Backend } from './backend.ts';
import type { Container } from './container.ts';
import { generateLoad } from './load-worker.ts';
import { type BalancerInFront, reloadNginx, startNginx } from './nginx.ts';
import type { RunContext } from './run-context.ts';
import { type Metered, UsageMeter } from './usage.ts';

/** What a stack is built on, as it runs. */
export interface Foundation {
  readonly postgres: Backend;
  readonly redis: Backend;
  readonly agent: Agent;
}

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
  #meter = new UsageMeter();
  #loads = 0;

  constructor(run: RunContext, foundation: Foundation, versions: Readonly<Record<string, string>>) {
    const { postgres, redis, agent } = foundation;
    this.versions = versions;
    this.cores = run.settings.cores.sentence;
    this.#run = run;
    this.#foundation = foundation;
    this.#app = { run, agent, backends: { databaseUrl: postgres.url, redisUrl: redis.url } };
  }

  async deploy(topology: Topology, signal: AbortSignal): Promise<Deployment> {
    this.#checkLimits(topology);
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

  release(): void {
    this.#run.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run.close();
  }

  #checkLimits({ limits }: Topology): void {
    const { cpu, memory } = this.#run.settings.engine.limits;
    const lacks = [
      ...(limits.cpu !== undefined && !cpu ? ['CPU'] : []),
      ...(limits.memoryBytes !== undefined && !memory ? ['memory'] : []),
    ];
    if (lacks.length === 0) return;
    throw new LabError(`This Docker Engine cannot limit ${lacks.join(' and ')}.`, {
      hint: 'A rootless Engine needs cgroup v2, and the controllers delegated to its user: docs.docker.com/engine/security/rootless',
    });
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
    const [first] = replicas;
    const front = balancer ?? first;
    const { postgres, redis, agent } = this.#foundation;
    // The load generator is left out: it tells of itself, to the end, and is gone with its result.
    const metered: readonly Metered[] = [
      ...replicas.map(({ container }) => ({ container, limits: topology.limits })),
      ...[postgres, redis, ...(balancer === undefined ? [] : [balancer])],
    ];
    return {
      urls: front === undefined ? [] : [front.url],
      address: front === undefined ? undefined : await this.#address(front.container),
      scrape: (signal) => Promise.all(replicas.map((replica) => scrape(replica, agent, signal))),
      usage: (): Promise<readonly ServiceUsage[]> => Promise.all(metered.map((each) => this.#meter.usageOf(each))),
      generate: (job: LoadJob, signal: AbortSignal) => this.#generate(job, metered, signal),
    };
  }

  async *#generate(job: LoadJob, metered: readonly Metered[], signal: AbortSignal): AsyncIterable<WorkerMessage> {
    await using meter = new UsageMeter();
    this.#meter = meter;
    meter.start(metered);
    yield* generateLoad(this.#run, ++this.#loads, job, signal);
  }

  /** Where the front is published; undefined where it is not, or not on this machine. */
  async #address(front: Container): Promise<string | undefined> {
    const { publish, engine } = this.#run.settings;
    if (!publish || !engine.address.isHere) return undefined;
    const [port] = (await front.state()).published;
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  }
}

async function scrape({ name, url, container }: Replica, agent: Agent, signal: AbortSignal): Promise<ReplicaMetrics> {
  const metrics = container.end === undefined ? await scrapeReplica(name, url, signal, agent.ask) : undefined;
  // It may have died of the question, or just before it.
  if (metrics !== undefined && ('text' in metrics || !(await settlesWithin(200, container.ended)))) return metrics;
  return { replica: name, problem: `it ${container.end ?? 'has ended'}`, ended: true };
}
