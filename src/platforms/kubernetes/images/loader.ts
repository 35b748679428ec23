import type { Environment } from '../../common/app-environment.ts';
import type { Engine } from '../../engine/engine.ts';
import { CommandLoader, commands } from './command-loader.ts';
import { MinikubeLoader } from './minikube-loader.ts';

/** An image of the Engine of this machine, for the nodes of a cluster. */
export interface WantedImage {
  readonly name: string;
  /** What tells it from others that have had its name; undefined where the name itself says what is in it. */
  readonly id: string | undefined;
}

/** Where images come from: an Engine, and the folder in which they may lie on their way. */
export interface ImageSource {
  readonly engine: Engine;
  /** A folder that is made for them, and that nobody else has. */
  readonly folder: string;
}

/** Puts images of the local Engine onto the nodes of one cluster. */
export interface Loader {
  /** Which of these the nodes do not have, or have otherwise than the Engine, as far as they can be asked. */
  missing(images: readonly WantedImage[], signal: AbortSignal): Promise<readonly WantedImage[]>;
  /**
   * Loads images, all of them or, where it fails, perhaps some.
   * @throws {LabError} with what the program said, where they did not get there
   */
  load(images: readonly WantedImage[], source: ImageSource, signal: AbortSignal): Promise<void>;
}

const loaders = {
  minikube: (cluster, environment) => MinikubeLoader.open(cluster, environment),
  kind: (cluster, environment) => CommandLoader.open('kind', commands.kind, cluster, environment),
  k3d: (cluster, environment) => CommandLoader.open('k3d', commands.k3d, cluster, environment),
} as const satisfies Readonly<Record<string, (cluster: string, environment: Environment) => Promise<Loader>>>;

/** The programs that load images onto the nodes of the clusters that they make. */
export type LoaderName = keyof typeof loaders;

/** Whether a cluster is made by a program that loads images. */
export function isLoaderName(name: string): name is LoaderName {
  return Object.hasOwn(loaders, name);
}

/** @throws {LabError} where the program is not installed, with where to get it */
export async function openLoader(name: LoaderName, cluster: string, environment: Environment): Promise<Loader> {
  return loaders[name](cluster, environment);
}
