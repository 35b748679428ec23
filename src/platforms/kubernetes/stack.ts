import { never } from '../../machine/time-limit.ts';
import { LabError } from '../../model/errors.ts';
import { type HostedTopology, type Topology, actsOn, changes } from '../../model/plan.ts';
import { type Service, isIndispensable } from '../../services/service.ts';
import { deployedOf } from '../../services/system.ts';
import type { Deployment, Stack } from '../platform.ts';
import { requireAutoscaling } from './autoscaling.ts';
import { type Deployed, type DeploymentSettings, KubernetesDeployment } from './deployment.ts';
import { type KnownPod, knownPods, podDeaths } from './pods/pod-deaths.ts';
import type { RunNamespace } from './pods/run-namespace.ts';
import { nodePortName, openNodePort } from './system/node-port.ts';
import { PodActs } from './system/pod-acts.ts';
import { PortForward } from './system/port-forward.ts';
import { type RunningService, frontIn } from './system/running-service.ts';
import { leavingOf, putInPlace } from './system/succession.ts';

/** What a stack is told of its run. */
export interface StackSettings extends DeploymentSettings {
  readonly versions: Readonly<Record<string, string>>;
  readonly publish: boolean;
  readonly detached: boolean;
  /** Brings the images of services to the nodes, where the lab can and has not done so yet. */
  readonly deliver: (services: readonly Service[], signal: AbortSignal) => Promise<void>;
}

/** What runs on the stores now: each service after what it uses or fronts. */
interface Running {
  readonly topology: Topology | HostedTopology;
  readonly services: readonly RunningService[];
}

/** The stores in a namespace of their own, and what is deployed on them. */
export class KubernetesStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly #settings: StackSettings;
  readonly #run: RunNamespace;
  #running: Running | undefined;
  /** The stores as they were before the first deployment, or after what was done to them. */
  #foundation: readonly KnownPod[] | undefined;
  /** What was done, or may be, since the last deployment. */
  #acts: PodActs | undefined;
  #forward: PortForward | undefined;

  constructor(settings: StackSettings) {
    this.versions = settings.versions;
    this.#settings = settings;
    this.#run = settings.run;
  }

  async deploy(topology: Topology | HostedTopology, signal: AbortSignal): Promise<Deployment> {
    const services = deployedOf(topology, { dealsRequests: true });
    // Before anything is changed: what is deployed stays as it is where this cannot be.
    if (services.some(isAutoscaled)) await requireAutoscaling(this.#run.cluster, signal);
    await this.#settings.deliver(services, signal);
    const foundation = await this.#storesAsTheyAre(signal);
    // What uses a store is started beside all of them, whichever it asks.
    const stores = services.some((service) => this.#usesStore(service)) ? foundation : [];
    return new KubernetesDeployment(this.#settings, await this.#replace(topology, services, stores, signal));
  }

  #usesStore({ uses }: Service): boolean {
    return this.#run.names.stores.some(({ name }) => uses.includes(name));
  }

  /** The stores, those that an act has ended or paused as they are again: that they have ended is no death. */
  async #storesAsTheyAre(signal: AbortSignal): Promise<readonly KnownPod[]> {
    const run = this.#run;
    const { stores } = run.names;
    const repaired = (await this.#acts?.repair(stores, signal)) ?? [];
    const others = stores.filter((store) => !repaired.includes(store));
    const known = this.#foundation ?? (await knownPods(run, others, signal));
    const untouched = known.filter(({ service }) => others.includes(service));
    return (this.#foundation = [...untouched, ...(await knownPods(run, repaired, signal))]);
  }

  /** Puts a topology in place of the one before; where that fails, nothing of it is left. */
  async #replace(
    topology: Topology | HostedTopology,
    wanted: readonly Service[],
    stores: readonly KnownPod[],
    signal: AbortSignal,
  ): Promise<Deployed> {
    const before = this.#running;
    this.#running = undefined;
    let needed = stores;
    try {
      const staying = await this.#staying(before, topology, wanted, signal);
      const services: RunningService[] = [];
      for (const service of wanted) {
        const old = staying.find((running) => running.service.name === service.name);
        services.push(await putInPlace(this.#run, old, service, services, this.#settings.onStep, signal));
        if (isIndispensable(service)) needed = [...needed, ...(await knownPods(this.#run, [service], signal))];
      }
      const address = await this.#publish(frontIn(services), signal);
      // Replicas that come and go by themselves are not to last.
      const known = wanted.filter(({ role }) => role !== 'tested' || !changes(topology));
      const lasting = [...stores, ...(await knownPods(this.#run, known, signal))];
      const acts = await PodActs.of(this.#run, services, signal);
      this.#running = { topology, services };
      this.#acts = acts;
      return { topology, services, address, lasting, acts };
    } catch (error) {
      signal.throwIfAborted();
      // What is told is what has ended, and not what came of it; where nobody can tell, the first error is the one to know.
      const [death] = await podDeaths(this.#run, needed, signal).catch(() => []);
      // The stack stays usable, unless it is to be closed.
      if (!signal.aborted) await this.#removeAll().catch(() => undefined);
      throw death?.error ?? error;
    }
  }

  reach(): never {
    throw reachesNoUrls();
  }

  release(): void {
    this.#run.cluster.requests.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forward?.close();
    try {
      await this.#run.close();
    } finally {
      this.#run.cluster.requests.close();
    }
  }

  /** Removes what cannot stay, whatever it would be told now. Returns the rest. */
  async #staying(
    before: Running | undefined,
    topology: Topology | HostedTopology,
    wanted: readonly Service[],
    signal: AbortSignal,
  ): Promise<readonly RunningService[]> {
    const all = before?.services ?? [];
    const areTouched = before !== undefined && (changes(before.topology) || actsOn(before.topology).length > 0);
    const leaving = areTouched || changes(topology) ? all : leavingOf(all, wanted);
    await this.#run.removeAll(
      leaving.map(({ service }) => service.name),
      signal,
    );
    return all.filter((running) => !leaving.includes(running));
  }

  /** Where somebody on this machine reaches the front; undefined where that was not asked for, or nobody would forward. */
  async #publish(front: RunningService, signal: AbortSignal): Promise<string | undefined> {
    const { publish, detached, run, onStep } = this.#settings;
    if (!publish) return undefined;
    if (detached) {
      const { isLocal, flavour } = run.cluster.context;
      // A cluster that only looks as if it were here may be anybody's: a port of its nodes would be open to all of them.
      const address = isLocal && flavour !== 'other' ? await openNodePort(run, front, signal) : undefined;
      if (address === undefined) onStep(`to reach it: ${wayTo(run, front)}`);
      return address;
    }
    this.#forward?.close();
    this.#forward = await PortForward.open(run, front);
    return this.#forward.address;
  }

  /** All but the stores. */
  async #removeAll(): Promise<void> {
    const stores = this.#run.names.stores.map(({ name }) => name);
    const others = this.#run.services.filter((name) => !stores.includes(name));
    await this.#run.removeAll(others, never());
  }
}

/** The command by which somebody reaches a front that has no address on this machine. */
function wayTo({ name, cluster }: RunNamespace, { service }: RunningService): string {
  const { flavour, clusterName } = cluster.context;
  return flavour === 'minikube'
    ? `minikube service ${nodePortName} --url --namespace ${name} --profile ${clusterName}`
    : `kubectl --namespace ${name} port-forward service/${service.name} 8080:${service.port.inside}`;
}

function isAutoscaled({ copies }: Service): boolean {
  return copies.kind === 'alike' && copies.autoscale !== undefined;
}

/** What is said to a user who wants load on a server of their own. */
export function reachesNoUrls(): LabError {
  return new LabError('Load workers in a cluster cannot put load on a server at an address of this machine.', {
    hint: 'Use --platform local.',
  });
}
