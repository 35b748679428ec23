import type { Environment } from '../../machine/environment.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { step } from '../../model/steps.ts';
import { blaming } from '../common/deaths.ts';
import { appReadiness, readinessOf, type Servers, startServers } from '../common/hosting.ts';
import type { Programs } from '../common/programs.ts';
import { replicaNumbers, stayingReplicas } from '../common/scaling.ts';
import type { Deployment, Stack } from '../platform.ts';
import { type Replica, layData, startReplica } from './app.ts';
import {
  type Foundation,
  type Generate,
  type Running,
  backendsOf,
  deploymentOf,
  hostedDeploymentOf,
  serverAt,
} from './deployment.ts';
import { startHosted } from './hosted.ts';
import { generateLoad } from './load-worker.ts';
import { startNginx } from './nginx.ts';
import { endOwnProcesses, unendedOf } from './own-processes.ts';
import type { RunContext } from './run-context.ts';
import { removeRunFolder } from './run-folder.ts';

/** PostgreSQL and, where it is used, Redis as processes of this machine, and the application that is deployed on them. */
export class LocalStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly #run: RunContext;
  readonly #programs: Programs;
  readonly #environment: Environment;
  readonly #foundation: Foundation | undefined;
  readonly #generate: Generate;
  #running: Running | undefined;

  /** Without a foundation it is good for servers of the user's own only. */
  constructor(
    run: RunContext,
    { programs, environment }: { readonly programs: Programs; readonly environment: Environment },
    foundation: Foundation | undefined,
    versions: Readonly<Record<string, string>>,
  ) {
    this.#run = run;
    this.#programs = programs;
    this.#environment = environment;
    this.#foundation = foundation;
    this.#generate = (jobs, signal) => generateLoad(programs.worker, run, jobs, signal);
    this.versions = versions;
  }

  async deploy(topology: Topology, signal: AbortSignal): Promise<Deployment> {
    if (this.#foundation === undefined) throw new Error('A bare stack has nothing to deploy an application on.');
    const { postgres, redis } = this.#foundation;
    const app = { program: this.#programs.app, backends: { databaseUrl: postgres.url, redisUrl: redis?.url } };
    const run = this.#run;
    const servers = {
      noun: 'app',
      readiness: appReadiness,
      prepare: (limited: AbortSignal) =>
        step(this.#run.onStep, 'the data is laid', () => layData(app, run, topology, limited)),
      start: (number: number, limited: AbortSignal) => startReplica(app, run, topology, number, limited),
    };
    const running = await blaming(backendsOf(this.#foundation), signal, () => this.#replace(topology, servers, signal));
    return deploymentOf(running, this.#foundation, this.#generate);
  }

  async host(topology: HostedTopology, signal: AbortSignal): Promise<Deployment> {
    if (topology.kind !== 'command') throw new Error('An image is not started as a process.');
    const running = await this.#replace(
      topology,
      {
        noun: 'target',
        readiness: readinessOf(topology),
        prepare: () => Promise.resolve(),
        start: (number, limited) => startHosted(this.#run, this.#environment, topology, number, limited),
      },
      signal,
    );
    return hostedDeploymentOf(running, topology, this.#generate);
  }

  reach(url: string, ips: readonly string[]): Deployment {
    return { ...serverAt(url, this.#generate), urls: ips.map((ip) => ({ url, ip })) };
  }

  release(): void {
    this.#run.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeRun(this.#run);
  }

  /** Puts a topology in place of the one before; where that fails, nothing of it is left. */
  async #replace(
    topology: Topology | HostedTopology,
    servers: Servers<Replica>,
    signal: AbortSignal,
  ): Promise<Running> {
    const before = this.#running;
    this.#running = undefined;
    try {
      return (this.#running = await this.#change(before, topology, servers, signal));
    } catch (error) {
      await this.#run.stopFront();
      throw error;
    }
  }

  /** What would be started with the same settings stays as it is. */
  async #change(
    before: Running | undefined,
    topology: Topology | HostedTopology,
    servers: Servers<Replica>,
    signal: AbortSignal,
  ): Promise<Running> {
    const staying = before === undefined ? [] : stayingOf(before, topology);
    const front = isSameFront(before, staying, topology) ? before?.balancer : undefined;
    await this.#run.stopFront([...staying, ...(front === undefined ? [] : [front])].map(({ service }) => service));
    const missing = replicaNumbers(topology).filter((number) => !staying.some((replica) => replica.number === number));
    const started = await startServers(servers, missing, this.#run.onStep, signal);
    const replicas = [...staying, ...started].sort((one, other) => one.number - other.number);
    if (replicas.length === 1) return { topology, replicas, balancer: undefined };
    const balancer =
      front ??
      (await step(this.#run.onStep, 'nginx starts', () =>
        startNginx(this.#run, replicas, topology.balancer, servers.readiness, signal),
      ));
    return { topology, replicas, balancer };
  }
}

/** Ends everything that a run started, and removes its folder; what could not be ended is told, and keeps it. */
export async function closeRun(run: RunContext): Promise<void> {
  await run.stopAll();
  // A process that left its group, as PostgreSQL's do, and outlived the one that was stopped.
  const unended = unendedOf(await endOwnProcesses(run.folder));
  // The folder is what they are found by.
  if (unended === undefined) await removeRunFolder(run.folder);
  else run.onStep(`processes of this run ${unended}; its folder ${run.folder} stays`);
}

/** The replicas that can stay; none where something has died meanwhile. */
function stayingOf({ topology, replicas, balancer }: Running, wanted: Topology | HostedTopology): readonly Replica[] {
  const services = [...replicas, ...(balancer === undefined ? [] : [balancer])].map(({ service }) => service);
  if (services.some(({ end }) => end !== undefined)) return [];
  const numbers = stayingReplicas(topology, wanted);
  return replicas.filter(({ number }) => numbers.includes(number));
}

function isSameFront(
  before: Running | undefined,
  staying: readonly Replica[],
  wanted: Topology | HostedTopology,
): boolean {
  if (before === undefined) return false;
  const { topology } = before;
  return (
    topology.balancer === wanted.balancer && topology.replicas === wanted.replicas && staying.length === wanted.replicas
  );
}
