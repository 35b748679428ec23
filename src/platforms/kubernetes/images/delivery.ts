import { LabError } from '../../../errors.ts';
import type { Environment } from '../../common/app-environment.ts';
import { type Programs, requireBuilt } from '../../common/programs.ts';
import { type OnStep, step } from '../../common/steps.ts';
import { type BaseImages, chooseImages, ensureImage, findImage } from '../../engine/base-images.ts';
import { type Engine, openEngine } from '../../engine/engine.ts';
import { describeLabImage, ensureLabImage } from '../../engine/lab-image.ts';
import { hostOf, label } from '../../engine/labels.ts';
import type { Flavour } from '../cluster/flavour.ts';
import { Loader, isLoaderName } from './loader.ts';
import { pushImage, registryOf } from './registry.ts';

/** The images for pods, as the nodes of a cluster know them. */
export interface NodeImages {
  readonly lab: string;
  readonly postgres: string;
  readonly redis: string;
  readonly nginx: string;
  /** Of the lab's image: never where it was loaded, and nowhere else to be had. */
  readonly labPullPolicy: 'Never' | 'IfNotPresent';
  /** How the lab's image got there, in a sentence. */
  readonly way: string;
}

/** What images are made of, and for whom. */
export interface DeliveryOptions {
  readonly environment: Environment;
  readonly programs: Programs;
  /** Base images that take the place of the official ones. */
  readonly images?: Readonly<Partial<BaseImages>>;
  /** The run that is named on an image which is built for it. */
  readonly runId?: string;
}

/**
 * Sees to it that the nodes of a cluster have the lab's image or can pull it, and those of the backends if they are here.
 * @throws {LabError} where the image cannot be built, loaded or pushed; the signal's reason where that is broken off
 */
export async function deliverImages(
  cluster: { readonly flavour: Flavour; /** The profile of minikube, or the cluster's name. */ readonly name: string },
  options: DeliveryOptions,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<NodeImages> {
  signal.throwIfAborted();
  const { environment } = options;
  const { flavour, name } = cluster;
  const { postgres, redis, nginx } = chooseImages(environment, options.images);
  const delivered = (lab: string, way: string, labPullPolicy: NodeImages['labPullPolicy'] = 'IfNotPresent') =>
    ({ lab, postgres, redis, nginx, labPullPolicy, way }) satisfies NodeImages;

  const { SCALE_LAB_IMAGE: named = '' } = environment;
  if (named !== '') return delivered(named, `The lab's image is the one that SCALE_LAB_IMAGE names: ${named}.`);
  // What is wrong with the settings is said before anything is built.
  const loader = isLoaderName(flavour) ? await Loader.open(flavour, name, environment) : undefined;
  const registry = loader === undefined ? registryOf(environment) : undefined;
  requireBuilt(options.programs);
  const engine = await openBuilder(environment, signal);
  const built = await buildLabImage(engine, options, onStep, signal);
  if (loader !== undefined) {
    await loadAll(loader, engine, { lab: built, backends: [postgres, redis, nginx], into: name }, onStep, signal);
    return delivered(built, `${flavour} loaded the lab's image into the cluster ${name}.`, 'Never');
  }
  if (registry !== undefined) {
    const pushed = await pushImage(engine, built, registry, { environment, onStep }, signal);
    return delivered(pushed, `The nodes pull the lab's image from the registry ${registry.host}.`);
  }
  return flavour === 'docker-desktop'
    ? delivered(built, "The cluster shares the Docker Engine, which built the lab's image.")
    : delivered(built, "The nodes are taken to have the images of this machine's Docker Engine.");
}

/**
 * Loads an image of the user's own into a cluster whose program can, where this machine's Engine has it; elsewhere the nodes have
 * it, or pull it.
 * @throws {LabError} where it cannot be loaded
 */
export async function deliverHosted(
  { flavour, name }: Parameters<typeof deliverImages>[0],
  image: string,
  environment: Environment,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<void> {
  if (!isLoaderName(flavour)) return;
  const loader = await Loader.open(flavour, name, environment);
  if ((await loader.listed(signal))(image)) return;
  const engine = await openEngine(environment, signal);
  if ((await findImage(engine, image)) === undefined) return;
  await step(onStep, `${image} is loaded into the cluster ${name}`, () => loader.load(image, signal));
}

/**
 * How the lab's image would get to the nodes of a cluster, in words, without a change.
 * @throws {LabError} that names what is missing for it
 */
export async function describeDelivery(
  { flavour, name }: Parameters<typeof deliverImages>[0],
  environment: Environment,
  signal: AbortSignal,
): Promise<string> {
  const { SCALE_LAB_IMAGE: named = '' } = environment;
  if (named !== '') return `${named}, by SCALE_LAB_IMAGE`;
  const isLoaded = isLoaderName(flavour);
  if (isLoaded) await Loader.open(flavour, name, environment);
  const registry = isLoaded ? undefined : registryOf(environment);
  const { version } = await openBuilder(environment, signal);
  const way = isLoaded
    ? `loaded by ${flavour}`
    : registry === undefined
      ? 'taken to be on the nodes'
      : `pushed to ${registry.prefix}`;
  return `built by Docker Engine ${version}, ${way}`;
}

async function openBuilder(environment: Environment, signal: AbortSignal): Promise<Engine> {
  try {
    return await openEngine(environment, signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof LabError)) throw cause;
    const fix = cause.hint?.replace(/\.?$/, '.') ?? 'Start Docker.';
    throw new LabError(`The lab's image is built by a Docker Engine. ${cause.message}`, {
      hint: `${fix} Or name an image of the lab that the cluster has or can pull: SCALE_LAB_IMAGE=<image>.`,
      cause,
    });
  }
}

async function buildLabImage(
  engine: Engine,
  { environment, programs, images, runId }: DeliveryOptions,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<string> {
  const base = await ensureImage(engine, 'node', chooseImages(environment, images).node, onStep, signal);
  const described = await describeLabImage(base, programs, hostOf(environment));
  return ensureLabImage(engine, described, runId === undefined ? {} : { [label.run]: runId }, onStep, signal);
}

/** Loads what is missing: the lab's image in any case, those of the backends if the Engine has them. */
async function loadAll(
  loader: Loader,
  engine: Engine,
  { lab, backends, into }: { readonly lab: string; readonly backends: readonly string[]; readonly into: string },
  onStep: OnStep,
  signal: AbortSignal,
): Promise<void> {
  const isListed = await loader.listed(signal);
  for (const image of new Set([lab, ...backends])) {
    if (isListed(image) || (image !== lab && (await findImage(engine, image)) === undefined)) continue;
    try {
      await step(onStep, `${image} is loaded into the cluster ${into}`, () => loader.load(image, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (image === lab || !(error instanceof LabError)) throw error;
      // The nodes have another way to an official image.
      onStep(`${image} is left to the nodes to pull: ${error.message}`);
    }
  }
}
