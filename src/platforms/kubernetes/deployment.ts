import type { ResolvedAct } from '../../model/acts.ts';
import type { Happening, ReplicaMetrics, ServiceUsage } from '../../model/running-system.ts';
import type { OnStep } from '../../model/steps.ts';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import { scrapeBackends } from '../common/scrape.ts';
import type { Death, Deployment } from '../platform.ts';
import { generateLoad } from './load/load-workers.ts';
import { type KnownPod, podDeaths } from './pods/pod-deaths.ts';
import { isReady, nameOf } from './pods/pod-state.ts';
import type { RunNamespace } from './pods/run-namespace.ts';
import { type Application, applicationPods } from './system/application.ts';
import type { Front } from './system/front.ts';
import type { PodActs } from './system/pod-acts.ts';
import { readHappenings } from './telemetry/happenings.ts';
import { readBackendMetrics } from './telemetry/metrics-api.ts';
import { askThroughProxy, proxyUrl } from './telemetry/pod-proxy.ts';
import { type Scrape, scrapeApplication } from './telemetry/replica-metrics.ts';
import { UsageMeter } from './telemetry/usage.ts';

/** What replicas said of themselves that long ago still tells what they use. */
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
  readonly application: Application;
  readonly front: Front;
  readonly address: string | undefined;
  /** The pods that are to run on as they are. */
  readonly lasting: readonly KnownPod[];
  readonly acts: PodActs;
}

/** What runs now in a cluster: a server of the user's own, unless more is said. */
export class KubernetesDeployment implements Deployment {
  readonly urls: readonly string[];
  readonly address: string | undefined;
  readonly #settings: DeploymentSettings;
  readonly #meter: UsageMeter;
  readonly #lasting: readonly KnownPod[];
  readonly #acts: PodActs;
  protected application: Application;
  #lastScrape: Scrape | undefined;

  constructor(settings: DeploymentSettings, { application, front, address, lasting, acts }: Deployed) {
    this.urls = [front.url];
    this.address = address;
    this.#settings = settings;
    this.#lasting = lasting;
    this.#acts = acts;
    this.application = application;
    const { run, hasMetrics } = settings;
    const source = async (signal: AbortSignal) => (hasMetrics ? readBackendMetrics(run, signal) : []);
    this.#meter = new UsageMeter(source, application.topology.limits);
  }

  async scrape(signal: AbortSignal): Promise<readonly ReplicaMetrics[]> {
    const { run } = this.#settings;
    this.#lastScrape = await scrapeApplication(run, this.application, signal);
    return this.#lastScrape.metrics;
  }

  async usage(signal: AbortSignal): Promise<readonly ServiceUsage[]> {
    const last = this.#lastScrape;
    const isFresh = last !== undefined && Date.now() - last.atMs < freshMs;
    if (!isFresh) await this.scrape(signal);
    return this.#lastScrape === undefined ? [] : this.#meter.usage(this.#lastScrape, signal);
  }

  async happenings(sinceMs: number, signal: AbortSignal): Promise<readonly Happening[]> {
    return readHappenings(this.#settings.run, this.application.topology, sinceMs, signal);
  }

  async deaths(signal: AbortSignal): Promise<readonly Death[]> {
    const lasting = this.#lasting.filter(({ service }) => !this.#acts.hasEnded(service));
    return podDeaths(this.#settings.run, lasting, signal);
  }

  async act(act: ResolvedAct, signal: AbortSignal): Promise<void> {
    const changed = await this.#acts.do(act, this.application, signal);
    // Acts on other services may be going on at the same time.
    if (changed !== undefined) this.application = changed;
  }

  subjectsOf(act: ResolvedAct): readonly string[] {
    return this.#acts.subjectsOf(act);
  }

  async *generate(jobs: readonly LoadJob[], signal: AbortSignal): AsyncIterable<WorkerMessage> {
    const { run, onStep } = this.#settings;
    yield* generateLoad(run, jobs, onStep, signal);
  }
}

/** The reference app as it runs now in a cluster. */
export class KubernetesAppDeployment extends KubernetesDeployment {
  readonly #run: RunNamespace;

  constructor(settings: DeploymentSettings, deployed: Deployed) {
    super(settings, deployed);
    this.#run = settings.run;
  }

  async scrapeBackends(signal: AbortSignal): Promise<ReplicaMetrics> {
    const run = this.#run;
    const pod = (await applicationPods(run, this.application, signal)).find(isReady);
    const url = pod && proxyUrl(run.name, nameOf(pod), this.application.service.port.inside);
    return scrapeBackends(url, signal, askThroughProxy(run.cluster));
  }
}
