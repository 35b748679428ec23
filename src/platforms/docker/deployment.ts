import type { LoadJob, WorkerMessage } from '../../load/job.ts';
import type { Topology } from '../../scenarios/plan.ts';
import { scrapeBackends, scrapeReplica } from '../common/scrape.ts';
import { settlesWithin } from '../common/time-limit.ts';
import type { Deployment, ReplicaMetrics, ServiceUsage } from '../platform.ts';
import type { Agent } from './agent-connection.ts';
import type { Replica } from './app.ts';
import type { Backend } from './backend.ts';
import { generateLoad } from './load-worker.ts';
import type { BalancerInFront } from './nginx.ts';
import type { RunContext } from './run-context.ts';
import { type Metered, UsageMeter } from './usage.ts';

/** What a stack is built on, as it runs. */
export interface Foundation {
  readonly postgres: Backend;
  readonly redis: Backend;
  readonly agent: Agent;
}

/** What runs in front of the foundation. */
export interface Front {
  readonly topology: Topology;
  readonly replicas: readonly Replica[];
  readonly balancer: BalancerInFront | undefined;
  readonly urls: readonly string[];
  readonly address: string | undefined;
}

/** The application as it runs now in containers. */
export class DockerDeployment implements Deployment {
  readonly urls: readonly string[];
  readonly address: string | undefined;
  readonly cores: number;
  readonly #run: RunContext;
  readonly #agent: Agent;
  readonly #replicas: readonly Replica[];
  readonly #metered: readonly Metered[];
  #meter = new UsageMeter();

  constructor(run: RunContext, { postgres, redis, agent }: Foundation, front: Front) {
    const { topology, replicas, balancer, urls, address } = front;
    this.urls = urls;
    this.address = address;
    this.cores = run.settings.engine.cores;
    this.#run = run;
    this.#agent = agent;
    this.#replicas = replicas;
    // The load workers are left out: they tell of themselves, to the end, and are gone with their results.
    this.#metered = [
      ...replicas.map(({ container }) => ({ container, limits: topology.limits })),
      ...[postgres, redis, ...(balancer === undefined ? [] : [balancer])],
    ];
  }

  async scrape(signal: AbortSignal): Promise<readonly ReplicaMetrics[]> {
    return Promise.all(this.#replicas.map((replica) => scrape(replica, this.#agent, signal)));
  }

  async scrapeBackends(signal: AbortSignal): Promise<ReplicaMetrics> {
    const asked = this.#replicas.find(({ container }) => container.end === undefined);
    return scrapeBackends(asked?.url, signal, this.#agent.ask);
  }

  async usage(): Promise<readonly ServiceUsage[]> {
    return Promise.all(this.#metered.map((each) => this.#meter.usageOf(each)));
  }

  async *generate(jobs: readonly LoadJob[], signal: AbortSignal): AsyncIterable<WorkerMessage> {
    await using meter = new UsageMeter();
    this.#meter = meter;
    meter.start(this.#metered);
    yield* generateLoad(this.#run, jobs, signal);
  }
}

async function scrape({ name, url, container }: Replica, agent: Agent, signal: AbortSignal): Promise<ReplicaMetrics> {
  const metrics = container.end === undefined ? await scrapeReplica(name, url, signal, agent.ask) : undefined;
  // It may have died of the question, or just before it.
  if (metrics !== undefined && ('text' in metrics || !(await settlesWithin(200, container.ended)))) return metrics;
  return { replica: name, problem: `it ${container.end ?? 'has ended'}`, ended: true };
}
