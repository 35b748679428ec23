import type { Environment } from '../machine/environment.ts';
import type { ImageName } from '../model/scenario.ts';
import { type Programs, findPrograms } from './common/programs.ts';
import type { Platform, PlatformName } from './platform.ts';

/** What platforms are told of the machine; each takes what it needs. */
export interface PlatformOptions {
  readonly environment: Environment;
  readonly temporaryFolder: string;
  /** The bundled programs; those of this package unless told otherwise. */
  readonly programs?: Programs;
  /** Base images that take the place of the default ones. */
  readonly images?: Readonly<Partial<Record<ImageName, string>>>;
  /** The context of the kubeconfig that was named; only clusters have one. */
  readonly context?: string | undefined;
}

const platforms: Readonly<Record<PlatformName, (options: PlatformOptions) => Promise<Platform>>> = {
  local: async (options) => {
    const { createLocalPlatform } = await import('./local/local.ts');
    return createLocalPlatform({ programs: findPrograms(), ...options });
  },
  docker: async (options) => {
    const { createDockerPlatform } = await import('./docker/docker.ts');
    return createDockerPlatform({ programs: findPrograms(), ...options });
  },
  kubernetes: async (options) => openCluster('kubernetes', options),
  minikube: async (options) => openCluster('minikube', options),
};

async function openCluster(name: 'kubernetes' | 'minikube', options: PlatformOptions): Promise<Platform> {
  const { createKubernetesPlatform } = await import('./kubernetes/kubernetes.ts');
  return createKubernetesPlatform(name, { programs: findPrograms(), ...options });
}

/** Opens a platform by name; only the one that was chosen is loaded. */
export function openPlatform(name: PlatformName, options: PlatformOptions): Promise<Platform> {
  return platforms[name](options);
}
