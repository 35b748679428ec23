import type { V1Namespace, V1Pod } from '@kubernetes/client-node';
import { never, pause, unlessAborted } from '../../../machine/time-limit.ts';
import { together } from '../../../machine/together.ts';
import { LabError } from '../../../model/errors.ts';
import { step, type OnStep } from '../../../model/steps.ts';
import { type Cluster, change, insist, insistOnRemoval } from '../cluster/cluster.ts';
import { refusal, refusedWith } from '../cluster/refusal.ts';
import { label } from '../manifests/labels.ts';
import type { Manifest, Plain } from '../manifests/plain.ts';
import type { RunNames } from '../manifests/run-names.ts';
import { creationTrouble } from './creation-trouble.ts';
import { isPulling } from './image-pull.ts';
import { isLeaving, nameOf } from './pod-state.ts';
import { type PodGroup, type PodPlace, type Pods, killPods, listPods, untilPods } from './pods.ts';
import type { Trouble } from './trouble.ts';

/** How long a namespace, or a pod, may take to go: finalizers of the cluster may have a say in it. */
const goneLimitMs = 120_000;
/** So often in a row nothing is to be there. */
const emptyLooks = 3;

/** The namespace of a run on a cluster, and what is made in it. */
export class RunNamespace {
  readonly cluster: Cluster;
  readonly names: RunNames;
  /** Told what is waited for where that takes long. */
  readonly #onStep: OnStep;

  /** What was made, or may have been, until it is removed. */
  readonly #made = new Set<Manifest>();

  /** There was a namespace of that name before: it is not for this run to delete. */
  #isSomebodyElses = false;

  constructor(cluster: Cluster, names: RunNames, onStep: OnStep) {
    this.cluster = cluster;
    this.names = names;
    this.#onStep = onStep;
  }

  get name(): string {
    return this.names.namespace;
  }

  /** Those pods of this run. */
  pods(of: Pods): PodGroup {
    return 'deployment' in of
      ? { ...this.#place, labels: { [label.deployment]: of.deployment } }
      : { ...this.#place, labels: { [label.service]: of.service } };
  }

  get #place(): PodPlace {
    return { cluster: this.cluster, namespace: this.name };
  }

  /** An object of the run by its name alone. */
  object(apiVersion: string, kind: string, name: string): Manifest & { readonly metadata: { readonly name: string } } {
    return { apiVersion, kind, metadata: { name, namespace: this.name } };
  }

  /** Makes the namespace itself. */
  async make(manifest: Plain<V1Namespace>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    try {
      await this.cluster.objects.create(manifest);
    } catch (error) {
      if (refusedWith(error) === 409) this.#isSomebodyElses = true;
      throw refusal(`The namespace ${this.name} cannot be made`, error);
    }
  }

  /** Makes objects, in their order. */
  async create(objects: readonly Manifest[], signal: AbortSignal): Promise<void> {
    for (const object of objects) {
      signal.throwIfAborted();
      this.#made.add(object);
      await change(`${described(object)} cannot be made`, this.cluster.objects.create(object));
    }
  }

  /** Changes what the patch says of an object, and nothing else. */
  async patch(patch: Manifest): Promise<void> {
    await change(`${described(patch)} cannot be changed`, this.cluster.objects.patch(patch));
  }

  /** Removes objects; content with those that are not there. */
  async remove(objects: readonly Manifest[], signal: AbortSignal): Promise<void> {
    for (const object of objects) {
      const remove = async () =>
        this.cluster.objects.delete(object, undefined, undefined, undefined, undefined, 'Background');
      await insistOnRemoval(`${described(object)} cannot be removed`, remove, signal);
    }
  }

  /** Ends all pods of a group, and waits until there is none: what makes them may do so until it is gone itself. */
  async #untilNone(of: Pods, signal: AbortSignal): Promise<void> {
    const group = this.pods(of);
    const end = performance.now() + goneLimitMs;
    for (let empty = 0; ;) {
      const pods = await listPods(group, signal);
      const [first] = pods;
      empty = first === undefined ? empty + 1 : 0;
      if (empty === emptyLooks) return;
      if (first !== undefined && performance.now() > end) throw stillThere(`The pod ${nameOf(first)}`);
      await killPods(group, pods, signal);
      await pause(100, signal);
    }
  }

  /** Ends at once the pods of a group that are on their way out. */
  async hurry(of: Pods, signal: AbortSignal): Promise<void> {
    const group = this.pods(of);
    await killPods(group, (await listPods(group, signal)).filter(isLeaving), signal);
  }

  /**
   * {@link untilPods}, which also hears of pods that the cluster does not even make for those Deployments or that Job, and tells
   * what may take long.
   * @param look finds trouble that only the caller knows of
   */
  async until(
    of: Pods,
    what: string,
    isDone: (pods: readonly V1Pod[]) => boolean,
    signal: AbortSignal,
    makers: readonly Pods[] = [of],
    look: (pods: readonly V1Pod[]) => Trouble | undefined = () => undefined,
  ): Promise<readonly V1Pod[]> {
    const told = new Set<string>();
    const tell = (text: string): void => {
      if (!told.has(text)) this.#onStep(`${what}${text}`);
      told.add(text);
    };
    return untilPods(this.pods(of), what, isDone, signal, {
      lookElsewhere: async (pods) => {
        if (await isPulling(this.#place, pods, signal)) tell(': its image is pulled');
        return (await creationTrouble(this.#place, makers, signal)) ?? look(pods);
      },
      onTrouble: (text) => tell(` ${text}`),
    });
  }

  /** The services that something was made for, and what prepares or loads one, by the names that their pods have for it. */
  get services(): readonly string[] {
    const names = [...this.#made].map((object) => labelOf(object, label.service));
    return [...new Set(names)].filter((name) => name !== '');
  }

  /** Removes all that was made for these, the latest first; their pods end at once: nothing is in flight on them. */
  async removeAll(services: readonly string[], signal: AbortSignal): Promise<void> {
    const made = [...this.#made].filter((object) => services.includes(labelOf(object, label.service))).reverse();
    await this.remove(made, signal);
    const named = new Set(made.map((object) => labelOf(object, label.service)));
    await together(signal, (limited) => [...named].map((service) => this.#untilNone({ service }, limited)));
    for (const object of made) this.#made.delete(object);
  }

  /** Deletes the namespace with everything in it, and waits until it is gone. */
  async close(): Promise<void> {
    if (this.#isSomebodyElses) return;
    const remove = () => removeNamespace(this.cluster, this.name, never());
    await step(this.#onStep, `the namespace ${this.name} is removed`, remove);
  }
}

/** Deletes a namespace, ends its pods at once, and waits until it is gone; also while somebody else does the same. */
export async function removeNamespace(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
  limitMs = goneLimitMs,
): Promise<void> {
  const end = performance.now() + limitMs;
  const all: PodGroup = { cluster, namespace: name, labels: {} };
  while (!(await isGone(cluster, name, signal))) {
    // It makes no new pods now, and these have nothing to finish.
    await killPods(all, await listPods(all, signal), signal);
    if (performance.now() > end) throw stillThere(`The namespace ${name}`, await whatHolds(cluster, name, signal));
    await pause(300, signal);
  }
}

/** Asks for the end of a namespace; whether it is there no more. */
async function isGone({ core }: Cluster, name: string, signal: AbortSignal): Promise<boolean> {
  const remove = async (): Promise<boolean> => {
    try {
      await core.deleteNamespace({ name });
      return false;
    } catch (error) {
      const status = refusedWith(error);
      // 409: it is on its way out already.
      if (status !== 404 && status !== 409) throw error;
      return status === 404;
    }
  };
  return insist(`The namespace ${name} cannot be removed`, remove, signal);
}

/** What the cluster says of a namespace that does not go: an API that nobody serves any more holds all of them up. */
async function whatHolds({ core }: Cluster, name: string, signal: AbortSignal): Promise<readonly string[]> {
  const found = await unlessAborted(core.readNamespace({ name }), signal).catch(() => undefined);
  const held = found?.status?.conditions?.find(({ status }) => status === 'True');
  return held?.message === undefined ? [] : [held.message];
}

function stillThere(what: string, details: readonly string[] = []): LabError {
  return new LabError(`${what} cannot be removed: it is still there.`, {
    details,
    hint: 'Something of the cluster holds it: see its metadata.finalizers, and the state of its node.',
  });
}

function labelOf({ metadata }: Manifest, key: string): string {
  return metadata?.labels?.[key] ?? '';
}

function described({ kind, metadata }: Manifest): string {
  return `The ${kind ?? 'object'} ${metadata?.name ?? ''}`;
}
