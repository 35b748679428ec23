import { settlesWithin, unlessAborted } from '../../machine/time-limit.ts';
import type { ResolvedAct } from '../../model/acts.ts';
import type { BesideMetrics, ReplicaMetrics, ServiceUsage } from '../../model/running-system.ts';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import { type Mortal, deathsOf } from '../common/deaths.ts';
import { scrapeCopy } from '../common/scrape.ts';
import type { Death, Deployment } from '../platform.ts';
import { Acts } from './acts.ts';
import type { Agent } from './agent-connection.ts';
import { mortal } from './container.ts';
import { generateLoad } from './load-worker.ts';
import type { RunContext } from './run-context.ts';
import { type Running, allOf, balancerIn, testedIn } from './running.ts';
import type { RunningCopy } from './surroundings.ts';
import { type Metered, UsageMeter } from './usage.ts';

/** Where what runs is reached. */
export interface Front {
  /** The addresses that load goes to. */
  readonly urls: readonly string[];
  readonly address: string | undefined;
}

/** What is tested, as it runs now in containers, with what runs beside it and the stores behind it. */
export class DockerDeployment implements Deployment {
  readonly urls: readonly string[];
  readonly address: string | undefined;
  readonly cores: number;
  readonly loadCores: number | undefined;
  /** Only where what is tested tells of the stores. */
  readonly scrapeBackends?: (signal: AbortSignal) => Promise<ReplicaMetrics>;
  /** Only where what runs beside it tells of itself. */
  readonly scrapeBeside?: (signal: AbortSignal) => Promise<readonly BesideMetrics[]>;
  readonly #run: RunContext;
  readonly #agent: Agent;
  readonly #running: Running;
  readonly #acts: Acts;
  #meter = new UsageMeter();

  constructor(run: RunContext, agent: Agent, running: Running, { urls, address }: Front) {
    this.urls = urls;
    this.address = address;
    this.cores = run.settings.engine.cores;
    this.loadCores = run.settings.cores.load === undefined ? undefined : 1;
    this.#run = run;
    this.#agent = agent;
    this.#running = running;
    this.#acts = new Acts({ run, agent }, running);
    const path = testedIn(running)[0]?.service.counters?.ofUsedPath;
    if (path !== undefined) this.scrapeBackends = (signal) => this.#scrapeUsed(path, signal);
    if (this.#tellingBeside.length > 0) this.scrapeBeside = (signal) => this.#scrapeBeside(signal);
  }

  async act(act: ResolvedAct, signal: AbortSignal): Promise<void> {
    await this.#acts.do(act, signal);
  }

  async scrape(signal: AbortSignal): Promise<readonly ReplicaMetrics[]> {
    return (await Promise.all(testedIn(this.#running).map((copy) => scrape(copy, this.#agent, signal)))).flat();
  }

  async deaths(): Promise<readonly Death[]> {
    const { stores, copies } = this.#running;
    const balancer = balancerIn(this.#running);
    // All that is asked in here is asked through the agent.
    const links = copies.filter(({ service }) => service.role === 'link');
    const needed = [this.#agent, ...stores, ...links, ...(balancer === undefined ? [] : [balancer])];
    const tested = testedIn(this.#running);
    const beside = copies.filter((copy) => copy !== balancer && !links.includes(copy) && !tested.includes(copy));
    const mortals = (all: readonly Pick<RunningCopy, 'container'>[]): readonly Mortal[] =>
      all.filter(({ container }) => !container.wasEnded).map(mortal);
    return deathsOf({ needed: mortals(needed), replicas: mortals(tested), beside: mortals(beside) });
  }

  async usage(signal: AbortSignal): Promise<readonly ServiceUsage[]> {
    return unlessAborted(Promise.all(this.#metered.map(async (each) => this.#meter.usageOf(each))), signal);
  }

  /** The load workers are left out: they tell of themselves, to the end, and are gone with their results. */
  get #metered(): readonly Metered[] {
    return allOf(this.#running).map(({ container, service: { limits, role } }) => ({
      container,
      limits,
      isReplica: role === 'tested',
    }));
  }

  async *generate(jobs: readonly LoadJob[], signal: AbortSignal): AsyncIterable<WorkerMessage> {
    await using meter = new UsageMeter();
    this.#meter = meter;
    meter.start(this.#metered);
    yield* generateLoad(this.#run, jobs, signal);
  }

  get #tellingBeside(): readonly RunningCopy[] {
    return this.#running.copies.filter(({ service }) => service.role === 'aside' && service.counters !== undefined);
  }

  async #scrapeBeside(signal: AbortSignal): Promise<readonly BesideMetrics[]> {
    const asked = this.#tellingBeside.map(async (copy): Promise<readonly BesideMetrics[]> => {
      const metrics = await scrape(copy, this.#agent, signal);
      return metrics.map((each) => ({ ...each, service: copy.service.name }));
    });
    return (await Promise.all(asked)).flat();
  }

  /** What a replica that runs says of the stores. */
  async #scrapeUsed(path: string, signal: AbortSignal): Promise<ReplicaMetrics> {
    const name = 'backends';
    const asked = testedIn(this.#running).find(({ container }) => container.end === undefined && !container.isPaused);
    if (asked === undefined) return { replica: name, problem: 'no replica runs that could ask them', ended: true };
    return scrapeCopy(name, asked.url, { path }, signal, this.#agent.ask);
  }
}

/** What a copy tells of itself, where it tells anything: that it has ended is told in any case. */
async function scrape(
  { service: { counters }, copy: { name }, container, url }: RunningCopy,
  { ask }: Agent,
  signal: AbortSignal,
): Promise<readonly ReplicaMetrics[]> {
  if (container.end === undefined) {
    if (counters === undefined) return [];
    if (container.isPaused) return [{ replica: name, problem: 'it is paused' }];
    const metrics = await scrapeCopy(name, url, counters, signal, ask);
    // It may have died of the question, or just before it.
    if ('text' in metrics || !(await settlesWithin(200, container.ended))) return [metrics];
  }
  return [{ replica: name, problem: `it ${container.end ?? 'has ended'}`, ended: true }];
}
