import { platformNames, type Leftover, type Platform } from '../platforms/platform.ts';
import type { Io } from './io.ts';

/** Has every platform that answers remove something, and tells each thing that was removed. */
export async function tellRemoved(io: Io, remove: (platform: Platform) => Promise<readonly Leftover[]>): Promise<void> {
  const { openPlatform } = await import('./platform.ts');
  let removed = 0;
  for (const name of platformNames) {
    const platform = await openPlatform(name, io);
    for (const { runId, kind, description } of await remove(platform)) {
      io.out.write(`removed ${kind} of run ${runId}: ${description}\n`);
      removed += 1;
    }
  }
  if (removed === 0) io.out.write('nothing to remove\n');
}
