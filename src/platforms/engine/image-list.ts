import type Docker from 'dockerode';
import type { ImageInfo } from 'dockerode';
import { pause, unlessAborted } from '../../machine/time-limit.ts';
import { refusedWith } from './refusal.ts';

const patienceMs = 5_000;

/**
 * The images that carry all of these labels, each `key=value`. An Engine (20.10) that removes an image at the same moment may fail
 * at listing the others: it is asked again for a while.
 */
export async function listLabelled(
  docker: Pick<Docker, 'listImages'>,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<readonly ImageInfo[]> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await unlessAborted(docker.listImages({ filters: { label: [...labels] } }), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (refusedWith(error) !== 500 || performance.now() > end) throw error;
    }
    await pause(200, signal);
  }
}
