import type { Environment } from '../../../machine/environment.ts';
import { CommandLoader, commands } from './command-loader.ts';
import type { Loader } from './loader-contract.ts';
import { MinikubeLoader } from './minikube-loader.ts';

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
