import path from 'node:path';
import { startApiProxy } from './api-proxy.ts';
import { commandNames, type FaultCase } from './case.ts';
import { type Armed, type Expectation, type Fault, ifGivenUp, type Scene, unlessAtEnd, wellEnded } from './fault.ts';
import type { KubernetesPlace } from './kubernetes-place.ts';

const onDocker = { platforms: ['docker'], commands: commandNames } as const;
const onKubernetes = { platforms: ['kubernetes'], commands: commandNames } as const;

const engineRestarted: Fault = {
  ...onDocker,
  name: 'Docker Engine restarted',
  missing: ({ restartEngine }) =>
    restartEngine === undefined
      ? 'it takes an Engine of its own (--own-engine COMMAND), or a way to restart the one that is there (--engine-restart COMMAND)'
      : undefined,
  arm: ({ means: { restartEngine } }) => ({
    strike: async (lab) => {
      if (lab.code !== undefined || restartEngine === undefined) return false;
      await restartEngine();
      return true;
    },
  }),
  // Whether containers live through it is a setting of the Engine.
  expects: (kase) => ({
    codes: kase.command === 'up' && kase.phase !== 'set-up' ? [0, 4] : [...wellEnded, 4],
    says: ifGivenUp(/Engine|Docker|was killed|exited|ended/),
    leavesWork: true,
  }),
};

const unreachableMs = 10_000;

function isKubernetes(place: Scene['place']): place is KubernetesPlace {
  return place.name === 'kubernetes';
}

async function armProxy({ bench, place }: Scene): Promise<Armed> {
  const { KUBECONFIG = '' } = place.environment;
  const proxy = await startApiProxy(KUBECONFIG, path.join(bench.folder, 'kubeconfig'));
  return {
    environment: { KUBECONFIG: proxy.kubeconfig },
    strike: (lab) => {
      if (lab.code === undefined) proxy.cut(unreachableMs);
      return lab.code === undefined;
    },
    close: async () => proxy[Symbol.asyncDispose](),
  };
}

const apiUnreachable: Fault = {
  ...onKubernetes,
  name: `API server unreachable for ${unreachableMs / 1000} s`,
  arm: armProxy,
  expects: (kase) => ({
    codes: kase.command === 'up' && kase.phase !== 'set-up' ? [0] : [...wellEnded, 4],
    says: ifGivenUp(/API server|cluster|context|load worker/i),
    leavesWork: true,
  }),
};

const namespaceDeleted: Fault = {
  ...onKubernetes,
  name: 'namespace deleted',
  arm: ({ place }) => ({
    strike: async (lab) => {
      if (!isKubernetes(place)) throw new Error(`${place.name} has no namespaces`);
      const name = await lab.until(async () => (await place.namespaces())[0]);
      if (name === undefined) return false;
      await place.cluster.core.deleteNamespace({ name });
      return true;
    },
  }),
  expects: (kase: FaultCase): Expectation => ({
    codes: kase.command === 'up' && kase.phase !== 'set-up' ? [0] : unlessAtEnd(kase, [4]),
    says: ifGivenUp(/namespace|pod|gone|removed|not there/i),
  }),
};

/** What is done to a platform itself. */
export const ofPlatforms: readonly Fault[] = [engineRestarted, apiUnreachable, namespaceDeleted];
