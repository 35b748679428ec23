import { settlesWithin, unlessAborted } from '../../machine/time-limit.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import type { ReplicaMetrics, ServiceUsage } from '../../model/running-system.ts';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import { deathsOf, type Mortal } from '../common/deaths.ts';
import { scrapeBackends, scrapeReplica, scrapeTarget } from '../common/scrape.ts';
import type { Death, Deployment } from '../platform.ts';
import type { Agent } from './agent-connection.ts';
import type { Replica } from './app.ts';
import type { Backend } from './backend.ts';
import type { Container } from './container.ts';
import { generateLoad } from './load-worker.ts';
import type { BalancerInFront } from './nginx.ts';
import type { RunContext } from './run-context.ts';
import { type Metered, UsageMeter } from './usage.ts';

/** What a stack is built on, as it runs. */
export interface Foundation {
  readonly postgres: Backend;
  /** Undefined where no application will use it. */
  readonly redis: Backend | undefined;
}

/** The backends that there are. */
export function backendsOf({ postgres, redis }: Foundation): readonly Backend[] {
  return redis === undefined ? [postgres] : [postgres, redis];
}

/** What runs in front of the foundation. */
export interface Front {
  readonly topology: Topology | HostedTopology;
  readonly replicas: readonly Replica[];
  readonly balancer: BalancerInFront | undefined;
  readonly urls: readonly string[];
  readonly address: string | undefined;
}

/** A container as something that is to run on. */
export function mortal({ container }: { readonly container: Container }): Mortal {
  return { name: container.description.service, service: container };
}

/** What runs now in containers: a server of the user's own, unless more is said. */
export class DockerDeployment implements Deployment {
  readonly urls: readonly string[];
  readonly address: string | undefined;
  readonly cores: number;
  readonly loadCores: number | undefined;
  readonly #run: RunContext;
  readonly #agent: Agent;
  readonly #front: Front;
  readonly #behind: readonly Metered[];
  readonly #metered: readonly Metered[];
  #meter = new UsageMeter();

  constructor(run: RunContext, agent: Agent, front: Front, behind: readonly Metered[] = []) {
    const { topology, replicas, balancer, urls, address } = front;
    this.urls = urls;
    this.address = address;
    this.cores = run.settings.engine.cores;
    this.loadCores = run.settings.cores.load === undefined ? undefined : 1;
    this.#run = run;
    this.#agent = agent;
    this.#front = front;
    this.#behind = behind;
    // The load workers are left out: they tell of themselves, to the end, and are gone with their results.
    this.#metered = [
      ...replicas.map(({ container }) => ({ container, limits: topology.limits, isReplica: true })),
      ...behind,
      ...(balancer === undefined ? [] : [balancer]),
    ];
  }

  async scrape(signal: AbortSignal): Promise<readonly ReplicaMetrics[]> {
    const { replicas, topology } = this.#front;
    const ask = this.#agent.ask;
    const all = replicas.map(async (replica): Promise<readonly ReplicaMetrics[]> => {
      if (topology.kind === 'app')
        return [await scrape(replica, () => scrapeReplica(replica.name, replica.url, signal, ask))];
      const { metricsPath, counters } = topology;
      if (metricsPath === undefined && replica.container.end === undefined) return [];
      const told = { metricsPath: metricsPath ?? '', counters };
      return [await scrape(replica, () => scrapeTarget(replica.name, replica.url, told, signal, ask))];
    });
    return (await Promise.all(all)).flat();
  }

  async deaths(): Promise<readonly Death[]> {
    const { replicas, balancer } = this.#front;
    // All that is asked in here is asked through the agent.
    const needed = [this.#agent, ...this.#behind, ...(balancer === undefined ? [] : [balancer])];
    return deathsOf({ needed: needed.map(mortal), replicas: replicas.map(mortal) });
  }

  async usage(signal: AbortSignal): Promise<readonly ServiceUsage[]> {
    return unlessAborted(Promise.all(this.#metered.map(async (each) => this.#meter.usageOf(each))), signal);
  }

  async *generate(jobs: readonly LoadJob[], signal: AbortSignal): AsyncIterable<WorkerMessage> {
    await using meter = new UsageMeter();
    this.#meter = meter;
    meter.start(this.#metered);
    yield* generateLoad(this.#run, jobs, signal);
  }
}

/** The reference app as it runs now in containers. */
export class DockerAppDeployment extends DockerDeployment {
  readonly #agent: Agent;
  readonly #replicas: readonly Replica[];

  constructor(run: RunContext, agent: Agent, front: Front, foundation: Foundation) {
    super(run, agent, front, backendsOf(foundation));
    this.#agent = agent;
    this.#replicas = front.replicas;
  }

  async scrapeBackends(signal: AbortSignal): Promise<ReplicaMetrics> {
    const asked = this.#replicas.find(({ container }) => container.end === undefined);
    return scrapeBackends(asked?.url, signal, this.#agent.ask);
  }
}

async function scrape({ name, container }: Replica, ask: () => Promise<ReplicaMetrics>): Promise<ReplicaMetrics> {
  const metrics = container.end === undefined ? await ask() : undefined;
  // It may have died of the question, or just before it.
  if (metrics !== undefined && ('text' in metrics || !(await settlesWithin(200, container.ended)))) return metrics;
  return { replica: name, problem: `it ${container.end ?? 'has ended'}`, ended: true };
}
