import path from 'node:path';
import type { Environment } from '../../../machine/environment.ts';
import { ownerLabel, ownerOfRun } from '../../../machine/owner.ts';
import { LabError } from '../../../model/errors.ts';
import type { ImageName } from '../../../model/scenario.ts';
import { step, type OnStep } from '../../../model/steps.ts';
import { type BaseImages, chooseImages, nameOfImage } from '../../common/image-names.ts';
import { type Programs, requireBuilt } from '../../common/programs.ts';
import { ensureImage, findImage } from '../../engine/base-images.ts';
import { type Engine, openEngine } from '../../engine/engine.ts';
import { describeLabImage, ensureLabImage } from '../../engine/lab-image.ts';
import { hostOf, runLabels } from '../../engine/labels.ts';
import type { Flavour } from '../cluster/flavour.ts';
import type { ImageSource, Loader, WantedImage } from './loader-contract.ts';
import { isLoaderName, openLoader } from './loader.ts';
import { pushImage, registryOf } from './registry.ts';

/** The images for pods, as the nodes of a cluster know them. */
export interface NodeImages extends BaseImages {
  readonly lab: string;
  /** Of the lab's image: never where it was loaded, and nowhere else to be had. */
  readonly labPullPolicy: 'Never' | 'IfNotPresent';
  /** How the lab's image got there, in a sentence. */
  readonly way: string;
}

/** What images are made of. */
export interface ImageOptions {
  readonly environment: Environment;
  readonly programs: Programs;
  /** Base images that take the place of the official ones. */
  readonly images?: Readonly<Partial<BaseImages>>;
}

/** What else it takes to bring them to the nodes. */
export interface DeliveryOptions extends ImageOptions {
  /** Where images may lie on their way. */
  readonly temporaryFolder: string;
  /** The run that is named on an image which is built for it. */
  readonly runId: string;
}

/** A cluster, as the programs that load images call it. */
export interface NamedCluster {
  readonly flavour: Flavour;
  /** The profile of minikube, or the cluster's name. */
  readonly name: string;
}

/**
 * Sees to it that the nodes of a cluster have the lab's image or can pull it, and these base images if they are here.
 * @throws {LabError} where the image cannot be built, loaded or pushed; the signal's reason where that is broken off
 */
export async function deliverImages(
  cluster: NamedCluster,
  wanted: readonly ImageName[],
  options: DeliveryOptions,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<NodeImages> {
  signal.throwIfAborted();
  const { environment } = options;
  const { flavour, name } = cluster;
  const bases = chooseImages(environment, options.images);
  const delivered = (lab: string, way: string, labPullPolicy: NodeImages['labPullPolicy'] = 'IfNotPresent') =>
    ({ ...bases, lab, labPullPolicy, way }) satisfies NodeImages;

  const { SCALE_LAB_IMAGE: named = '' } = environment;
  if (named !== '') return delivered(named, `The lab's image is the one that SCALE_LAB_IMAGE names: ${named}.`);
  // What is wrong with the settings is said before anything is built.
  const loader = isLoaderName(flavour) ? await openLoader(flavour, name, environment) : undefined;
  const registry = loader === undefined ? registryOf(environment) : undefined;
  requireBuilt(options.programs);
  const engine = await openBuilder(environment, signal);
  const built = await buildLabImage(engine, options, onStep, signal);
  if (loader !== undefined) {
    const source = await sourceOf(engine, options);
    const others = wanted.map((base) => nameOfImage(bases, base));
    await loadAll(loader, source, { lab: built, others, into: name }, onStep, signal);
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
 * Loads images that are not the lab's into a cluster whose program can, where this machine's Engine has them; elsewhere the nodes
 * have them, or pull them.
 * @throws {LabError} where they cannot be loaded
 */
export async function deliverOthers(
  { flavour, name }: NamedCluster,
  images: readonly string[],
  options: DeliveryOptions,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<void> {
  if (images.length === 0 || !isLoaderName(flavour)) return;
  const loader = await openLoader(flavour, name, options.environment);
  const engine = await openEngine(options.environment, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof LabError) return undefined;
    throw error;
  });
  if (engine === undefined) return;
  const missing = await loader.missing(await wantedImages(engine, images, signal), signal);
  if (missing.length === 0) return;
  const source = await sourceOf(engine, options);
  await step(onStep, loading(missing, name), () => loader.load(missing, source, signal));
}

/**
 * How the lab's image would get to the nodes of a cluster, in words, without a change.
 * @throws {LabError} that names what is missing for it
 */
export async function describeDelivery(
  { flavour, name }: NamedCluster,
  environment: Environment,
  signal: AbortSignal,
): Promise<string> {
  const { SCALE_LAB_IMAGE: named = '' } = environment;
  if (named !== '') return `${named}, by SCALE_LAB_IMAGE`;
  const isLoaded = isLoaderName(flavour);
  if (isLoaded) await openLoader(flavour, name, environment);
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
  const host = hostOf(environment);
  const described = await describeLabImage(base, programs, host);
  return ensureLabImage(engine, described, runLabels(await ownerOfRun(runId), host), onStep, signal);
}

/**
 * Loads what is missing, all at once: the lab's image in any case, the others if the Engine has them. Where that cannot be, the
 * nodes have another way to an official image, and none to the lab's.
 */
async function loadAll(
  loader: Loader,
  source: ImageSource,
  { lab, others, into }: { readonly lab: string; readonly others: readonly string[]; readonly into: string },
  onStep: OnStep,
  signal: AbortSignal,
): Promise<void> {
  // Its name is the hash of what is in it.
  const ours: WantedImage = { name: lab, id: undefined };
  const load = async (images: readonly WantedImage[]): Promise<void> => {
    await step(onStep, loading(images, into), () => loader.load(images, source, signal));
  };
  const missing = await loader.missing([ours, ...(await wantedImages(source.engine, others, signal))], signal);
  if (missing.length === 0) return;
  const notOurs = missing.filter((image) => image !== ours);
  try {
    await load(missing);
  } catch (error) {
    signal.throwIfAborted();
    if (notOurs.length === 0 || !(error instanceof LabError)) throw error;
    onStep(`${namesOf(notOurs)}: left to the nodes to pull. ${error.message}`);
    if (notOurs.length < missing.length) await load([ours]);
  }
}

function loading(images: readonly WantedImage[], into: string): string {
  return `${namesOf(images)} ${images.length === 1 ? 'is' : 'are'} loaded into the cluster ${into}`;
}

function namesOf(images: readonly WantedImage[]): string {
  return images.map(({ name }) => name).join(', ');
}

/** Those of these images that the Engine has, each once. */
async function wantedImages(
  engine: Engine,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly WantedImage[]> {
  const found = await Promise.all([...new Set(names)].map(async (name) => findImage(engine, name, signal)));
  return found.filter((image) => image !== undefined);
}

/** The Engine, and a folder for what is on its way; what a killed lab leaves of that, a clean-up finds by its name. */
async function sourceOf(engine: Engine, { temporaryFolder, runId }: DeliveryOptions): Promise<ImageSource> {
  return { engine, folder: path.join(temporaryFolder, ownerLabel(await ownerOfRun(runId))) };
}
