import { isDeepStrictEqual } from 'node:util';
import type { LoadJob, WorkerMessage } from '../../load/job.ts';
import type { Topology } from '../../scenarios/plan.ts';
import type { Programs } from '../common/programs.ts';
import { scrapeReplica } from '../common/scrape.ts';
import { together } from '../common/together.ts';
import type { Deployment, ReplicaMetrics, Stack } from '../platform.ts';
import { type App, type Replica, layData, startReplica } from './app.ts';
import { endInhabitants } from './inhabitants.ts';
import { generateLoad } from './load-worker.ts';
import { type BalancerInFront, startNginx } from './nginx.ts';
import type { Backend } from './postgres.ts';
import type { RunContext } from './run-context.ts';
import { removeRunFolder } from './run-folder.ts';

/** What runs in front of the backends now. */
interface Running {
  readonly topology: Topology;
  readonly replicas: readonly Replica[];
  readonly balancer: BalancerInFront | undefined;
}

/** PostgreSQL and Redis as processes of this machine, and the application that is deployed on them. */
export class LocalStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly #run: RunContext;
  readonly #programs: Programs;
  readonly #app: App;
  #running: Running | undefined;

  constructor(
    run: RunContext,
    programs: Programs,
    { postgres, redis, versions }: { postgres: Backend; redis: Backend; versions: Readonly<Record<string, string>> },
  ) {
    this.#run = run;
    this.#programs = programs;
    this.#app = { program: programs.app, backends: { databaseUrl: postgres.url, redisUrl: redis.url } };
    this.versions = versions;
  }

  async deploy(topology: Topology, signal: AbortSignal): Promise<Deployment> {
    if (this.#running !== undefined && isSame(this.#running, topology)) {
      await layData(this.#app, this.#run, topology, signal);
      return this.#deployment(this.#running);
    }
    await this.#undeploy();
    this.#run.onStep(`${topology.replicas} × app starts`);
    try {
      this.#running = await this.#start(topology, signal);
    } catch (error) {
      await this.#run.stopFront();
      throw error;
    }
    return this.#deployment(this.#running);
  }

  release(): void {
    this.#run.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeRun(this.#run);
  }

  async #start(topology: Topology, signal: AbortSignal): Promise<Running> {
    const numbers = Array.from({ length: topology.replicas }, (_, index) => index + 1);
    // Data and replicas at the same time: nothing asks a replica for data before this is done.
    const [, replicas] = await together(signal, (limited) => [
      layData(this.#app, this.#run, topology, limited),
      together(limited, (inner) =>
        numbers.map((number) => startReplica(this.#app, this.#run, topology, number, inner)),
      ),
    ]);
    if (replicas.length === 1) return { topology, replicas, balancer: undefined };
    return { topology, replicas, balancer: await startNginx(this.#run, replicas, topology.balancer, signal) };
  }

  async #undeploy(): Promise<void> {
    this.#running = undefined;
    await this.#run.stopFront();
  }

  #deployment({ replicas, balancer }: Running): Deployment {
    const address = balancer?.url ?? replicas[0]?.url ?? '';
    return {
      urls: [address],
      address,
      scrape: (signal) => Promise.all(replicas.map((replica) => scrape(replica, signal))),
      generate: (job: LoadJob, signal: AbortSignal): AsyncIterable<WorkerMessage> =>
        generateLoad(this.#programs.worker, this.#run, job, signal),
    };
  }
}

/** Ends everything that a run started, and removes its folder. */
export async function closeRun(run: RunContext): Promise<void> {
  await run.stopAll();
  // A process that left its group, as PostgreSQL's do, and outlived the one that was stopped.
  await endInhabitants(run.folder);
  await removeRunFolder(run.folder);
}

function isSame({ topology, replicas, balancer }: Running, wanted: Topology): boolean {
  const services = [...replicas, ...(balancer === undefined ? [] : [balancer])].map(({ service }) => service);
  // Data that may have been written to is laid anew with nothing running on it.
  return (
    !wanted.freshData &&
    isDeepStrictEqual({ ...topology, freshData: false }, wanted) &&
    services.every(({ end }) => end === undefined)
  );
}

async function scrape({ name, url, service }: Replica, signal: AbortSignal): Promise<ReplicaMetrics> {
  if (service.end !== undefined) return { replica: name, problem: `${name} ${service.end}` };
  return scrapeReplica(name, url, signal);
}
