import type { LoadJob, WorkerMessage } from '../../load/job.ts';
import type { Topology } from '../../scenarios/plan.ts';
import type { Programs } from '../common/programs.ts';
import { replicaNumbers, stayingReplicas } from '../common/scaling.ts';
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
    const before = this.#running;
    this.#running = undefined;
    try {
      this.#running = await this.#change(before, topology, signal);
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

  /** Puts a topology in place of the one before; what would be started with the same settings stays as it is. */
  async #change(before: Running | undefined, topology: Topology, signal: AbortSignal): Promise<Running> {
    const staying = before === undefined ? [] : stayingOf(before, topology);
    const front = isSameFront(before, staying, topology) ? before?.balancer : undefined;
    await this.#run.stopFront([...staying, ...(front === undefined ? [] : [front])].map(({ service }) => service));
    const missing = replicaNumbers(topology).filter((number) => !staying.some((replica) => replica.number === number));
    if (missing.length > 0) this.#run.onStep(`${missing.length} × app starts`);
    // Data and replicas at the same time: nothing asks a replica for data before this is done.
    const [, started] = await together(signal, (limited) => [
      layData(this.#app, this.#run, topology, limited),
      together(limited, (inner) =>
        missing.map((number) => startReplica(this.#app, this.#run, topology, number, inner)),
      ),
    ]);
    const replicas = [...staying, ...started].sort((one, other) => one.number - other.number);
    if (replicas.length === 1) return { topology, replicas, balancer: undefined };
    const balancer = front ?? (await startNginx(this.#run, replicas, topology.balancer, signal));
    return { topology, replicas, balancer };
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

/** The replicas that can stay; none where something has died meanwhile. */
function stayingOf({ topology, replicas, balancer }: Running, wanted: Topology): readonly Replica[] {
  const services = [...replicas, ...(balancer === undefined ? [] : [balancer])].map(({ service }) => service);
  if (services.some(({ end }) => end !== undefined)) return [];
  const numbers = stayingReplicas(topology, wanted);
  return replicas.filter(({ number }) => numbers.includes(number));
}

function isSameFront(before: Running | undefined, staying: readonly Replica[], wanted: Topology): boolean {
  const { topology } = before ?? {};
  return (
    topology?.balancer === wanted.balancer &&
    topology.replicas === wanted.replicas &&
    staying.length === wanted.replicas
  );
}

async function scrape({ name, url, service }: Replica, signal: AbortSignal): Promise<ReplicaMetrics> {
  if (service.end !== undefined) return { replica: name, problem: `it ${service.end}`, ended: true };
  return scrapeReplica(name, url, signal);
}
