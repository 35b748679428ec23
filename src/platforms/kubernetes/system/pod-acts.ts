import type { V1Pod } from '@kubernetes/client-node';
import { withLog } from '../../../machine/log-tail.ts';
import { pause, TimeLimit, withTimeLimit } from '../../../machine/time-limit.ts';
import { together } from '../../../machine/together.ts';
import { type LinkAct, type ResolvedAct, actTraits } from '../../../model/acts.ts';
import { LabError } from '../../../model/errors.ts';
import type { Control, Service } from '../../../services/service.ts';
import { tellLink } from '../../common/link-acts.ts';
import { insistOnRemoval } from '../cluster/cluster.ts';
import { askThroughProxy, proxyUrl } from '../cluster/pod-proxy.ts';
import { graceSecondsOf } from '../manifests/probes.ts';
import { calledAs, isLeaving, isReady, isRunning, nameOf, restartsOf, serviceOf } from '../pods/pod-state.ts';
import { listPods, podLog } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { flush, signalAll } from './pod-commands.ts';
import { rollOut } from './rollout.ts';
import { type RunningService, podsOf, sized } from './running-service.ts';

const pollMs = 250;
/** How long a container that was killed may take to be known as ended. */
const endLimitMs = 15_000;
/** How long pods may take to be ready again: the cluster waits before it starts one anew that ended a moment ago. */
const readyLimitMs = 120_000;
/** What the node takes to put one away, beyond the grace that it has. */
const goneMarginMs = 60_000;

type CopiesAct = Extract<ResolvedAct, { readonly copies: readonly number[] }>;
/** What of it tells what is done. */
type Deed =
  | Pick<Extract<CopiesAct, { kind: 'kill' }>, 'kind' | 'restart'>
  | Pick<Extract<CopiesAct, { kind: 'stop' | 'restart' }>, 'kind' | 'graceMs'>
  | { readonly kind: 'pause' | 'resume' };

/** Does what a trial does to the pods of its services, and knows which pod is the copy of that number. */
export class PodActs {
  readonly #run: RunNamespace;
  readonly #services: ReadonlyMap<string, Service>;
  /** Those that were deployed, as acts have left them. */
  readonly #running: Map<string, RunningService>;
  /** The names of the pods of each service, in the order of their numbers. */
  readonly #numbered = new Map<string, readonly string[]>();
  /** What each act was done to, by its name. */
  readonly #subjects = new Map<string, readonly string[]>();
  /** The services of which an act has ended copies, or may have. */
  readonly #ended = new Set<string>();
  /** As they were then: that they have ended is known a moment later. */
  readonly #killed: V1Pod[] = [];
  readonly #paused = new Set<string>();

  private constructor(run: RunNamespace, running: readonly RunningService[]) {
    this.#run = run;
    const services = [...run.names.stores, ...running.map(({ service }) => service)];
    this.#services = new Map(services.map((service) => [service.name, service]));
    this.#running = new Map(running.map((each) => [each.service.name, each]));
  }

  /** For stores, and services as they have just been deployed: the copies are numbered by the names of their pods. */
  static async of(run: RunNamespace, running: readonly RunningService[], signal: AbortSignal): Promise<PodActs> {
    const acts = new PodActs(run, running);
    const pods = await listPods({ cluster: run.cluster, namespace: run.name, labels: {} }, signal);
    for (const name of acts.#services.keys()) {
      acts.#number(
        name,
        pods.filter((pod) => serviceOf(pod) === name),
      );
    }
    return acts;
  }

  /** The pods that an act of that name was done to; those that run as one are called as their service. */
  subjectsOf({ name, service }: ResolvedAct): readonly string[] {
    return this.#subjects.get(name) ?? [service];
  }

  /** Whether an act has ended copies of a service. */
  hasEnded(service: string): boolean {
    return this.#ended.has(service);
  }

  /**
   * Lets those of these services go on that were paused, and waits until those are there again that were ended.
   * @returns those that it was done for: other pods of theirs may be there now
   * @throws {LabError} of one that does not become ready
   */
  async repair(services: readonly Service[], signal: AbortSignal): Promise<readonly Service[]> {
    const touched = services.filter(({ name }) => this.#ended.has(name) || this.#paused.has(name));
    for (const service of touched) {
      if (this.#paused.has(service.name)) {
        const pods = await this.#pods(service, signal);
        await this.#toCopies(service, { kind: 'resume' }, pods, signal);
      }
      await this.#untilReady(service, 'is not ready again after what was done to it', allReady, signal);
      this.#ended.delete(service.name);
    }
    return touched;
  }

  /**
   * Does an act, and resolves when it has taken effect.
   * @throws {LabError} that says what could not be done, or did not become ready
   */
  async do(act: ResolvedAct, signal: AbortSignal): Promise<void> {
    const service = this.#services.get(act.service);
    if (service === undefined) throw noSuch(act.service);
    if (actTraits[act.kind].ends) this.#ended.add(act.service);
    switch (act.kind) {
      case 'roll-out':
        await this.#untilReady(service, 'is not ready', allReady, signal);
        return this.#change(act.service, (running) => rollOut(this.#run, running, signal));
      case 'scale':
        return this.#change(act.service, (running) => this.#scale(running, act.to, signal));
      case 'flush':
        for (const pod of await this.#pods(service, signal)) await flush(this.#run, service, pod, signal);
        return;
      case 'slow-link':
      case 'cut-link':
      case 'heal-link':
        for (const pod of await this.#pods(service, signal)) await this.#tellLink(service, pod, act, signal);
        return;
      case 'kill':
      case 'stop':
      case 'restart':
      case 'pause':
      case 'resume':
        return this.#toCopies(service, act, await this.#chosen(service, act, signal), signal);
    }
  }

  async #tellLink(service: Service, pod: V1Pod, act: LinkAct, signal: AbortSignal): Promise<void> {
    const { name, cluster } = this.#run;
    const urlAt = ({ inside }: Control): string => proxyUrl(name, nameOf(pod), inside);
    await tellLink(service, act, urlAt, signal, askThroughProxy(cluster));
  }

  /** Acts on other services may be going on at the same time. */
  async #change(name: string, work: (running: RunningService) => Promise<RunningService>): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) throw noSuch(name);
    this.#running.set(name, await work(running));
  }

  async #toCopies(service: Service, act: Deed, pods: readonly V1Pod[], signal: AbortSignal): Promise<void> {
    if (act.kind === 'pause') this.#paused.add(service.name);
    else if (act.kind === 'resume') this.#paused.delete(service.name);
    const all = async (work: (pod: V1Pod, limited: AbortSignal) => Promise<void>): Promise<void> => {
      await together(signal, (limited) => pods.map((pod) => work(pod, limited)));
    };
    switch (act.kind) {
      case 'kill': {
        await all((pod, limited) => this.#kill(service, pod, limited));
        this.#killed.push(...pods);
        if (act.restart !== 'always') return;
        return this.#untilReady(service, 'is not ready again after it was killed', allReady, signal);
      }
      case 'stop':
        return all((pod, limited) => this.#stop(service, pod, act.graceMs, limited));
      case 'restart': {
        const { length: count } = await this.#pods(service, signal);
        await all((pod, limited) => this.#stop(service, pod, act.graceMs, limited));
        const areBack = (now: readonly V1Pod[]): boolean => now.length >= count && allReady(now);
        return this.#untilReady(service, 'is not ready again after its restart', areBack, signal);
      }
      case 'pause':
      case 'resume':
        return all(async (pod, limited) => {
          const problem = await signalAll(this.#run, service.name, pod, act.kind, limited);
          if (problem !== undefined) throw cannot(`be ${act.kind}d`, pod, problem);
        });
    }
  }

  /** Ends the container of a pod at once; the cluster starts it again in the same pod. */
  async #kill(service: Service, pod: V1Pod, signal: AbortSignal): Promise<void> {
    const problem = await signalAll(this.#run, service.name, pod, 'kill', signal);
    if (problem === undefined) return;
    // What was to tell of it may have ended with it.
    const hasEnded = (now: readonly V1Pod[]): boolean =>
      now.every((other) => !isSame(other, pod) || isAnew(other, pod) || !isRunning(other));
    if (!(await this.#until(service, hasEnded, endLimitMs, signal))) throw cannot('be killed', pod, problem);
  }

  /** Deletes a pod, and waits until its program has ended; the cluster makes another one. */
  async #stop(service: Service, pod: V1Pod, graceMs: number | undefined, signal: AbortSignal): Promise<void> {
    const graceSeconds = graceMs === undefined ? undefined : Math.ceil(graceMs / 1000);
    const object = this.#run.object('v1', 'Pod', nameOf(pod));
    const remove = async () => this.#run.cluster.objects.delete(object, undefined, undefined, graceSeconds);
    await insistOnRemoval(`The pod ${nameOf(pod)} cannot be removed`, remove, signal);
    // What has ended is listed until its node has put everything of it away, which may take much longer.
    const isGone = (now: readonly V1Pod[]): boolean => !now.some((other) => isSame(other, pod) && isRunning(other));
    const limitMs = (graceSeconds ?? graceSecondsOf(service)) * 1000 + goneMarginMs;
    if (!(await this.#until(service, isGone, limitMs, signal))) throw cannot('be stopped', pod, 'it runs still');
  }

  async #scale(running: RunningService, to: number, signal: AbortSignal): Promise<RunningService> {
    const { service, workload } = running;
    // Those that are set otherwise stay as many as they are.
    const others = workload.deployments.slice(1).reduce((sum, { spec }) => sum + (spec?.replicas ?? 1), 0);
    const object = this.#run.object('apps/v1', 'Deployment', service.name);
    await this.#run.patch({ ...object, ...sized(to - others) });
    const areThere = (now: readonly V1Pod[]): boolean => now.length === to && allReady(now);
    await this.#untilReady(service, `is not ready after it was scaled to ${to}`, areThere, signal);
    const areOver = (now: readonly V1Pod[]): boolean => now.filter(isRunning).length <= to;
    if (!(await this.#until(service, areOver, graceSecondsOf(service) * 1000 + goneMarginMs, signal))) {
      throw new LabError(`${service.title} was scaled to ${to}, and more of its pods run still.`);
    }
    return { ...running, count: to };
  }

  /** The pods that an act is for. */
  async #chosen(service: Service, { name, copies }: CopiesAct, signal: AbortSignal): Promise<readonly V1Pod[]> {
    const pods = await this.#pods(service, signal);
    const names = this.#number(service.name, pods);
    const chosen = copies.flatMap((copy) => pods.find((pod) => nameOf(pod) === names[copy - 1]) ?? []);
    if (chosen.length < copies.length) {
      throw new LabError(`${service.title} has ${pods.length} pods now, and copy ${copies.join(', ')} was asked for.`);
    }
    this.#subjects.set(
      name,
      chosen.map((pod) => calledAs(nameOf(pod), service)),
    );
    return chosen;
  }

  /** A pod that is new has the number of one that is gone; those that are more than before have the next ones. */
  #number(service: string, pods: readonly V1Pod[]): readonly string[] {
    const names = pods.filter((pod) => !isLeaving(pod)).map(nameOf);
    const before = this.#numbered.get(service) ?? [];
    const fresh = names.filter((name) => !before.includes(name));
    const kept = before.flatMap((name) => (names.includes(name) ? name : (fresh.shift() ?? [])));
    const numbered = [...kept, ...fresh];
    this.#numbered.set(service, numbered);
    return numbered;
  }

  async #pods(service: Service, signal: AbortSignal): Promise<readonly V1Pod[]> {
    return (await podsOf(this.#run, service, signal)).filter((pod) => !isLeaving(pod));
  }

  /** Waits until the pods that are to stay are as they are to be, those that were killed started anew: that is no trouble here. */
  async #untilReady(
    service: Service,
    problem: string,
    isDone: (pods: readonly V1Pod[]) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const isBack = (pod: V1Pod): boolean => this.#killed.every((killed) => !isSame(pod, killed) || isAnew(pod, killed));
    const isSo = (pods: readonly V1Pod[]): boolean => {
      const staying = pods.filter((pod) => !isLeaving(pod));
      return staying.every(isBack) && isDone(staying);
    };
    if (await this.#until(service, isSo, readyLimitMs, signal)) return;
    const late = (await this.#pods(service, signal)).find((pod) => !isReady(pod));
    const log = late && (await podLog(this.#run.cluster, this.#run.name, late, signal));
    const what = late === undefined || service.copies.kind === 'one' ? service.title : nameOf(late);
    const subject = {
      service: service.name,
      copy: late === undefined ? service.name : calledAs(nameOf(late), service),
    };
    throw new LabError(`${what} ${problem}.`, log === undefined ? {} : withLog(subject, log));
  }

  /** Waits until all pods of a service, also those that leave, are so; false where that takes too long. */
  async #until(
    service: Service,
    isDone: (pods: readonly V1Pod[]) => boolean,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await withTimeLimit(limitMs, signal, async (limited) => {
        while (!isDone(await podsOf(this.#run, service, limited))) await pause(pollMs, limited);
      });
      return true;
    } catch (error) {
      if (error instanceof TimeLimit) return false;
      throw error;
    }
  }
}

function noSuch(service: string): Error {
  return new Error(`there is no ${service}: the plan should not have been run`);
}

function allReady(pods: readonly V1Pod[]): boolean {
  return pods.length > 0 && pods.every(isReady);
}

function isSame(one: V1Pod, other: V1Pod): boolean {
  return one.metadata?.uid === other.metadata?.uid;
}

/** Whether its program was started anew since. */
function isAnew(now: V1Pod, before: V1Pod): boolean {
  return restartsOf(now) > restartsOf(before);
}

function cannot(what: string, pod: V1Pod, problem: string): LabError {
  return new LabError(`${nameOf(pod)} cannot ${what}: ${problem.replace(/\.$/, '')}.`);
}
