import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { ImageName } from '../../model/scenario.ts';
import type { OnStep } from '../../model/steps.ts';
import type { Limits } from '../../model/system.ts';
import type { Service } from '../../services/service.ts';
import { untilDone } from '../common/readiness.ts';
import type { Image } from '../engine/base-images.ts';
import type { Engine } from '../engine/engine.ts';
import type { Labels } from '../engine/labels.ts';
import { asked, refusal } from '../engine/refusal.ts';
import { type ContainerDescription, containerSettings } from './container-settings.ts';
import { Container } from './container.ts';
import type { CoreShare } from './cores.ts';
import { removeContainer, removeRun } from './removal.ts';

/** What is the same for everything that is started for a run. */
export interface RunSettings {
  readonly engine: Engine;
  readonly runId: string;
  readonly labels: Labels;
  readonly cores: CoreShare;
  /** What each load worker may use. */
  readonly loadLimits: Limits;
  /** Finds one of the base images, and pulls it where it is missing. */
  readonly image: (kind: ImageName, signal: AbortSignal) => Promise<Image>;
  /** The image with the lab's own programs. */
  readonly labImage: string;
  /** Whether somebody on this machine wants to reach the application. */
  readonly publish: boolean;
  /** Whether what runs may reach beyond its network. */
  readonly open: boolean;
  readonly onStep: OnStep;
}

const secretBytes = 18;

/** A run on an Engine: its network, the containers that were started in it, and the secrets that were drawn for them. */
export class RunContext {
  readonly settings: RunSettings;
  readonly #containers = new Set<Container>();
  readonly #secrets = new Map<string, string>();
  readonly #images = new Map<ImageName | 'lab', Image>();
  readonly #released = new AbortController();

  constructor(settings: RunSettings) {
    this.settings = settings;
    // One listener for each container, and that is no leak.
    setMaxListeners(0, this.#released.signal);
  }

  get #network(): string {
    return `scale-lab-${this.settings.runId}`;
  }

  /** A secret of a service's: the same as long as the run lasts, for all of its copies. */
  secret({ name, secrets }: Pick<Service, 'name' | 'secrets'>, secret: string): string {
    if (!secrets.includes(secret)) throw new Error(`${name} has no secret called ${secret}.`);
    const key = `${name}/${secret}`;
    const drawn = this.#secrets.get(key) ?? randomBytes(secretBytes).toString('base64url');
    this.#secrets.set(key, drawn);
    return drawn;
  }

  /** An image as it was found at first: it is asked for with each copy, and an Engine takes its time to describe one. */
  async lookUpOnce(kind: ImageName | 'lab', lookUp: () => Promise<Image>): Promise<Image> {
    const image = this.#images.get(kind) ?? (await lookUp());
    this.#images.set(kind, image);
    return image;
  }

  /** Makes the network. Without a way out of it, unless that is wanted or something is to be published, which needs one. */
  async createNetwork(): Promise<void> {
    const { engine, labels, publish, open } = this.settings;
    const Name = this.#network;
    const network = {
      Name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Internal: !publish && !open,
      Labels: { ...labels },
    };
    await asked(`The network ${Name} cannot be made`, engine.docker.createNetwork(network));
  }

  /** Makes a container and starts it. What is to speak with it attaches in between. */
  async start(
    description: ContainerDescription,
    signal: AbortSignal,
    attach?: (container: Container) => Promise<void>,
  ): Promise<Container> {
    const { engine, runId, labels, cores } = this.settings;
    signal.throwIfAborted();
    const settings = containerSettings(description, {
      runId,
      labels,
      network: this.#network,
      cores: description.isLoad === true ? cores.load : cores.rest,
    });
    // Not broken off by the signal, here and below: nobody would know what came of it.
    const made = await asked(`${description.title} cannot be made`, engine.docker.createContainer(settings));
    const container = new Container(made, description);
    this.#containers.add(container);
    try {
      signal.throwIfAborted();
      await attach?.(container);
      await container.start(this.#released.signal);
      return container;
    } catch (error) {
      // Its name may be wanted again. Where this fails, closing the run will do it.
      await this.remove([container]).catch(() => undefined);
      throw error;
    }
  }

  /** Starts a container again that has ended: the same one, with what it has on disk. */
  async startAgain(container: Container, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await container.start(this.#released.signal);
  }

  /** Runs a container to its end, and removes it; anything but exit code 0 is a failure, and so is one that stands still. */
  async finish(description: ContainerDescription, signal: AbortSignal): Promise<void> {
    const container = await this.start(description, signal);
    try {
      await untilDone(container, signal);
    } finally {
      await this.remove([container]);
    }
  }

  /** Ends containers at once and removes them. */
  async remove(containers: readonly Container[]): Promise<void> {
    await Promise.all(containers.map(({ id }) => removeContainer(this.settings.engine, id)));
    for (const container of containers) this.#containers.delete(container);
  }

  /** Removes all containers but these. */
  async removeOthers(staying: readonly Container[]): Promise<void> {
    await this.remove([...this.#containers].filter((container) => !staying.includes(container)));
  }

  /** Removes everything that carries the id of this run. */
  async close(): Promise<void> {
    const { engine, runId } = this.settings;
    try {
      await removeRun(engine, runId);
    } catch (error) {
      throw refusal(`What run ${runId} started cannot be removed`, error);
    } finally {
      this.#released.abort();
    }
  }

  /** Lets go of all that runs: nothing of it keeps this process alive any more. */
  release(): void {
    this.#released.abort();
  }

  /** Given once the run is let go of. */
  get released(): AbortSignal {
    return this.#released.signal;
  }
}
