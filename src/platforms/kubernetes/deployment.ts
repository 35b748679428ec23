import { type ResolvedAct, actTraits } from '../../model/acts.ts';
import { type HostedTopology, type Topology, actsOn, changes } from '../../model/plan.ts';
import type { BesideMetrics, Happening, ReplicaMetrics, ServiceUsage } from '../../model/running-system.ts';
import type { OnStep } from '../../model/steps.ts';
import type { Service } from '../../services/service.ts';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import { scrapeBackends } from '../common/scrape.ts';
import type { Death, Deployment } from '../platform.ts';
import { askThroughProxy, proxyUrl } from './cluster/pod-proxy.ts';
import { generateLoad } from './load/load-workers.ts';
import { type KnownPod, podDeaths } from './pods/pod-deaths.ts';
import { isReady, nameOf } from './pods/pod-state.ts';
import type { RunNamespace } from './pods/run-namespace.ts';
import type { PodActs } from './system/pod-acts.ts';
import { type RunningService, frontIn, hostAndPort, podsOf, testedIn } from './system/running-service.ts';
import { type Scrape, scrapeService } from './telemetry/copy-metrics.ts';
import { readHappenings } from './telemetry/happenings.ts';
import { readPodMetrics } from './telemetry/metrics-api.ts';
import { UsageMeter } from './telemetry/usage.ts';

/** What copies said of themselves that long ago still tells what they use. */
const freshMs = 500;

/** What a deployment is told of its run. */
export interface DeploymentSettings {
  readonly run: RunNamespace;
  /** Whether the cluster tells what pods use. */
  readonly hasMetrics: boolean;
  readonly onStep: OnStep;
}

/** What is deployed, and where somebody on this machine reaches it. */
export interface Deployed {
  readonly topology: Topology | HostedTopology;
  /** On the stores: each after what it uses or fronts. */
  readonly services: readonly RunningService[];
  readonly address: string | undefined;
  /** The pods that are to run on as they are. */
  readonly lasting: readonly KnownPod[];
  readonly acts: PodActs;
}

/** What is tested as it runs now in a cluster, and all that runs for it. */
export class KubernetesDeployment implements Deployment {
  readonly urls: readonly string[];
  readonly address: string | undefined;
  /** Only where something runs beside what is tested that tells of itself. */
  readonly scrapeBeside?: (signal: AbortSignal) => Promise<readonly BesideMetrics[]>;
  /** Only where what is tested tells of the stores. */
  readonly scrapeBackends?: (signal: AbortSignal) => Promise<ReplicaMetrics>;
  readonly #settings: DeploymentSettings;
  readonly #deployed: Deployed;
  readonly #services: readonly Service[];
  readonly #tested: RunningService;
  /** Those beside what is tested that tell of themselves. */
  readonly #beside: readonly RunningService[];
  readonly #meter: UsageMeter;
  /** The last scrape of each service, by its name. */
  readonly #scrapes = new Map<string, Scrape>();

  constructor(settings: DeploymentSettings, deployed: Deployed) {
    const { run, hasMetrics } = settings;
    const { services, address } = deployed;
    const front = frontIn(services);
    this.urls = [`http://${hostAndPort(front.host, front.service.port.inside)}`];
    this.address = address;
    this.#settings = settings;
    this.#deployed = deployed;
    this.#services = [...run.names.stores, ...services.map(({ service }) => service)];
    this.#tested = testedIn(services);
    this.#beside = services.filter(({ service: { role, counters } }) => role === 'aside' && counters !== undefined);
    const source = async (signal: AbortSignal) => (hasMetrics ? readPodMetrics(run, signal) : []);
    this.#meter = new UsageMeter(source, this.#services);
    if (this.#beside.length > 0) this.scrapeBeside = (signal) => this.#scrapeBeside(signal);
    const path = this.#tested.service.counters?.ofUsedPath;
    if (path !== undefined) this.scrapeBackends = (signal) => this.#scrapeUsed(path, signal);
  }

  async scrape(signal: AbortSignal): Promise<readonly ReplicaMetrics[]> {
    return (await this.#scrape(this.#tested, signal)).metrics;
  }

  async #scrapeBeside(signal: AbortSignal): Promise<readonly BesideMetrics[]> {
    const scrapes = await Promise.all(this.#beside.map((running) => this.#scrape(running, signal)));
    return scrapes.flatMap(({ service: { name }, metrics }) => metrics.map((told) => ({ ...told, service: name })));
  }

  async #scrape(running: RunningService, signal: AbortSignal): Promise<Scrape> {
    const { service } = running;
    const scrape = await scrapeService(this.#settings.run, running, this.#comesAndGoes(service), signal);
    this.#scrapes.set(service.name, scrape);
    return scrape;
  }

  /** Whether copies of a service are added and taken away, replaced or ended while it is measured, as they are meant to. */
  #comesAndGoes({ name, role }: Service): boolean {
    const { topology } = this.#deployed;
    const isEnded = actsOn(topology).some(({ kind, service }) => service === name && actTraits[kind].ends);
    return isEnded || (role === 'tested' && changes(topology));
  }

  /** What a replica that is ready says of the stores. */
  async #scrapeUsed(path: string, signal: AbortSignal): Promise<ReplicaMetrics> {
    const { run } = this.#settings;
    const { service } = this.#tested;
    const pod = (await podsOf(run, service, signal)).find(isReady);
    const url = pod && proxyUrl(run.name, nameOf(pod), service.port.inside);
    return scrapeBackends(url, path, signal, askThroughProxy(run.cluster));
  }

  async usage(signal: AbortSignal): Promise<readonly ServiceUsage[]> {
    const telling = [this.#tested, ...this.#beside];
    const scrapes = await Promise.all(
      telling.map(async (running) => this.#fresh(running) ?? this.#scrape(running, signal)),
    );
    return this.#meter.usage(scrapes, signal);
  }

  #fresh({ service: { name } }: RunningService): Scrape | undefined {
    const last = this.#scrapes.get(name);
    return last !== undefined && Date.now() - last.atMs < freshMs ? last : undefined;
  }

  async happenings(sinceMs: number, signal: AbortSignal): Promise<readonly Happening[]> {
    return readHappenings(this.#settings.run, this.#services, sinceMs, signal);
  }

  async deaths(signal: AbortSignal): Promise<readonly Death[]> {
    const { lasting, acts } = this.#deployed;
    const unlessEnded = lasting.filter(({ service }) => !acts.hasEnded(service.name));
    return podDeaths(this.#settings.run, unlessEnded, signal);
  }

  async act(act: ResolvedAct, signal: AbortSignal): Promise<void> {
    await this.#deployed.acts.do(act, signal);
  }

  subjectsOf(act: ResolvedAct): readonly string[] {
    return this.#deployed.acts.subjectsOf(act);
  }

  async *generate(jobs: readonly LoadJob[], signal: AbortSignal): AsyncIterable<WorkerMessage> {
    const { run, onStep } = this.#settings;
    yield* generateLoad(run, this.#tested.service, jobs, onStep, signal);
  }
}
