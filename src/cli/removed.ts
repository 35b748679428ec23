import {
  clusterPlatforms,
  platformNames,
  type CleanOptions,
  type Leftover,
  type Platform,
} from '../platforms/platform.ts';
import type { Io } from './io.ts';

type OnSkip = NonNullable<CleanOptions['onSkip']>;

/**
 * Has every platform that answers remove something, and tells each thing that was removed, and what was not looked at.
 * @param context names the only cluster that is meant
 */
export async function tellRemoved(
  io: Io,
  context: string | undefined,
  remove: (platform: Platform, onSkip: OnSkip) => Promise<readonly Leftover[]>,
): Promise<void> {
  const { openPlatform } = await import('./platform.ts');
  io.endsInOrder();
  let removed = 0;
  const skipped = new Set<string>();
  for (const name of platformNames) {
    const isCluster = clusterPlatforms.some((cluster) => cluster === name);
    // A context is one of the kubeconfig, whatever it is called there.
    if (context !== undefined && name === 'minikube') continue;
    const platform = await openPlatform(name, io, isCluster ? { context } : {});
    for (const { runId, kind, description } of await remove(platform, (sentence) => skipped.add(sentence))) {
      io.out.write(`removed ${kind} of run ${runId}: ${description}\n`);
      removed += 1;
    }
  }
  if (removed === 0) io.out.write('nothing to remove\n');
  for (const sentence of skipped) io.err.write(`${sentence}\n`);
}
