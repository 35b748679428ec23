import { isDeepStrictEqual } from 'node:util';
import { never } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import { type HostedTopology, type Topology, changes, losesReplicas } from '../../model/plan.ts';
import { step } from '../../model/steps.ts';
import { stayingReplicas } from '../common/scaling.ts';
import type { Deployment, Stack } from '../platform.ts';
import { requireAutoscaling } from './autoscaling.ts';
import { type Deployed, type DeploymentSettings, KubernetesAppDeployment, KubernetesDeployment } from './deployment.ts';
import { type FrontServices, frontServicesOf } from './manifests/system.ts';
import { type KnownPod, knownPods, podDeaths } from './pods/pod-deaths.ts';
import type { RunNamespace } from './pods/run-namespace.ts';
import { type Application, scale, startApplication, type Tested } from './system/application.ts';
import { type Front, frontOf, startBalancer } from './system/front.ts';
import { nodePortName, openNodePort } from './system/node-port.ts';
import { PodActs } from './system/pod-acts.ts';
import { PortForward } from './system/port-forward.ts';
import { prepare } from './system/preparation.ts';

/** What a stack is told of its run. */
export interface StackSettings extends DeploymentSettings {
  readonly versions: Readonly<Record<string, string>>;
  readonly publish: boolean;
  readonly detached: boolean;
  /** Brings an image of the user's own to the nodes, where the lab can. */
  readonly deliver: (image: string, signal: AbortSignal) => Promise<void>;
}

/** What is in front of the stores now. */
interface Running {
  readonly application: Application;
  readonly front: Front;
}

/** The stores in a namespace of their own, and the application that is deployed on them. */
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
    return topology.kind === 'app' ? this.#deployApp(topology, signal) : this.#host(topology, signal);
  }

  async #deployApp(topology: Topology, signal: AbortSignal): Promise<Deployment> {
    // Before anything is changed: what is deployed stays as it is where this cannot be.
    if (topology.autoscale !== undefined) await requireAutoscaling(this.#run.cluster, signal);
    const foundation = await this.#storesAsTheyAre(signal);
    try {
      return new KubernetesAppDeployment(this.#settings, await this.#replace(topology, signal, foundation));
    } catch (error) {
      signal.throwIfAborted();
      // What is told is what has ended, and not what came of it.
      const [death] = await podDeaths(this.#run, foundation, signal).catch(() => []);
      throw death?.error ?? error;
    }
  }

  /** The stores, those that an act has ended or paused as they are again: that they have ended is no death. */
  async #storesAsTheyAre(signal: AbortSignal): Promise<readonly KnownPod[]> {
    const run = this.#run;
    const { stores } = run.names;
    const repaired = (await this.#acts?.repair(stores, signal)) ?? [];
    const others = stores.filter((store) => !repaired.includes(store));
    const known = this.#foundation ?? (await knownPods(run, others, signal));
    const untouched = known.filter(({ service }) => others.some(({ name }) => name === service));
    return (this.#foundation = [...untouched, ...(await knownPods(run, repaired, signal))]);
  }

  async #host(topology: HostedTopology, signal: AbortSignal): Promise<Deployment> {
    if (topology.kind !== 'image') throw new Error('A command is not started as a pod.');
    await this.#settings.deliver(topology.image, signal);
    await this.#storesAsTheyAre(signal);
    return new KubernetesDeployment(this.#settings, await this.#replace(topology, signal));
  }

  /** Puts a topology in place of the one before; where that fails, nothing of it is left. */
  async #replace(
    topology: Topology | HostedTopology,
    signal: AbortSignal,
    foundation: readonly KnownPod[] = [],
  ): Promise<Deployed> {
    const before = this.#running;
    this.#running = undefined;
    try {
      const services = frontServicesOf(topology);
      const running = await this.#change(before, topology, services, signal);
      const address = await this.#publish(running.front, signal);
      const { tested, balancer } = services;
      const inFront = balancer === undefined ? [] : [balancer];
      // Replicas that come and go, by themselves or by an act, are not to last.
      const known = [...inFront, ...(losesReplicas(topology) ? [] : [tested])];
      const lasting = [...foundation, ...(await knownPods(this.#run, known, signal))];
      const acts = await PodActs.of(this.#run, [...this.#run.names.stores, ...inFront, tested], signal);
      this.#running = running;
      this.#acts = acts;
      return { ...running, address, lasting, acts };
    } catch (error) {
      // The stack stays usable, unless it is to be closed; where even this fails, the first error is the one to know.
      if (!signal.aborted) await this.#removeAll().catch(() => undefined);
      throw error;
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

  /** Replicas that would be started with the same settings stay. */
  async #change(
    before: Running | undefined,
    topology: Topology | HostedTopology,
    { tested: service, balancer }: FrontServices,
    signal: AbortSignal,
  ): Promise<Running> {
    const run = this.#run;
    const { onStep } = this.#settings;
    const { name, prepare: preparation } = service;
    const tested: Tested = { topology, service };
    const staying = before !== undefined && canStay(before.application.topology, topology) ? before : undefined;
    if (staying === undefined) await run.removeAll('tested', signal);
    // Data and replicas at the same time: nothing asks a replica for data before this is done.
    const [, application] = await together(signal, (limited) => [
      preparation === undefined
        ? Promise.resolve()
        : step(onStep, preparation.title, () => prepare(run, service, preparation, limited)),
      staying === undefined
        ? step(onStep, `${topology.replicas} × ${name} starts`, () => startApplication(run, tested, limited))
        : this.#scale(staying.application, tested, limited),
    ]);
    const isBalancedAlike = isDeepStrictEqual(staying?.application.topology.balancer, topology.balancer);
    if (staying !== undefined && isBalancedAlike && application.isUnchanged)
      return { application, front: staying.front };
    await run.removeAll('balancer', signal);
    if (balancer !== undefined) {
      await step(onStep, `${balancer.title} starts`, () => startBalancer(run, balancer, application, signal));
    }
    return { application, front: await frontOf(run, balancer ?? service, signal) };
  }

  /** As many replicas as are asked for now: told where these are more or fewer. */
  async #scale(before: Application, tested: Tested, signal: AbortSignal): Promise<Application> {
    const difference = tested.topology.replicas - before.topology.replicas;
    const work = () => scale(this.#run, before, tested, signal);
    if (difference === 0) return work();
    const text = `${Math.abs(difference)} × ${tested.service.name} ${difference > 0 ? 'starts' : 'ends'}`;
    return step(this.#settings.onStep, text, work);
  }

  /** Where somebody on this machine reaches the front; undefined where that was not asked for, or nobody would forward. */
  async #publish(front: Front, signal: AbortSignal): Promise<string | undefined> {
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

  async #removeAll(): Promise<void> {
    for (const role of ['preparation', 'tested', 'balancer'] as const) await this.#run.removeAll(role, never());
  }
}

/** The command by which somebody reaches a front that has no address on this machine. */
function wayTo({ name, cluster }: RunNamespace, { service, port }: Front): string {
  const { flavour, clusterName } = cluster.context;
  return flavour === 'minikube'
    ? `minikube service ${nodePortName} --url --namespace ${name} --profile ${clusterName}`
    : `kubectl --namespace ${name} port-forward service/${service} 8080:${port}`;
}

/** Whether all replicas that run can stay; those that a controller has changed, or that are set otherwise, are started anew. */
function canStay(running: Topology | HostedTopology, wanted: Topology | HostedTopology): boolean {
  const isStill = [running, wanted].every(
    (topology) => !changes(topology) && (topology.kind !== 'app' || topology.slowReplicaMs === 0),
  );
  return isStill && stayingReplicas(running, wanted).length > 0;
}

/** What is said to a user who wants load on a server of their own. */
export function reachesNoUrls(): LabError {
  return new LabError('Load workers in a cluster cannot put load on a server at an address of this machine.', {
    hint: 'Use --platform local.',
  });
}
