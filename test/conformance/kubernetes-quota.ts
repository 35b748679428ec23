import type { V1ResourceQuota } from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { Cluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import type { Plain } from '../../src/platforms/kubernetes/manifests/plain.ts';

/** Puts a quota named `limited` on a namespace; resolves once it is kept to. Disposing it takes it away. */
export async function limitedBy(
  { core, objects }: Cluster,
  namespace: string,
  hard: Readonly<Record<string, string>>,
): Promise<AsyncDisposable> {
  const name = 'limited';
  const metadata = { name, namespace };
  const quota: Plain<V1ResourceQuota> = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata,
    spec: { hard: { ...hard } },
  };
  await objects.create(quota);
  const kept = async (): Promise<unknown> => (await core.readNamespacedResourceQuota({ name, namespace })).status?.hard;
  await expect.poll(kept, { timeout: 30_000 }).toEqual(hard);
  return {
    async [Symbol.asyncDispose]() {
      await core.deleteNamespacedResourceQuota({ name, namespace });
    },
  };
}
