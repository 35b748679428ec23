import { chooseImages } from '../../common/image-names.ts';
import { findImage } from '../../engine/base-images.ts';
import { openEngine } from '../../engine/engine.ts';
import { describeLabImage } from '../../engine/lab-image.ts';
import { hostOf } from '../../engine/labels.ts';
import type { ImageOptions } from './delivery.ts';
import { registryOf } from './registry.ts';

/**
 * The name that the lab's image has, or will have, on the nodes of a cluster; nothing is built for it.
 * @returns undefined where only an Engine with the node image could tell, and there is none
 */
export async function nameLabImage(options: ImageOptions, signal: AbortSignal): Promise<string | undefined> {
  const { environment, programs, images } = options;
  const { SCALE_LAB_IMAGE: named = '' } = environment;
  if (named !== '') return named;
  const registry = registryOf(environment);
  try {
    const engine = await openEngine(environment, signal);
    const base = await findImage(engine, chooseImages(environment, images).node, signal);
    if (base === undefined) return undefined;
    const { name } = await describeLabImage(base, programs, hostOf(environment));
    return registry === undefined ? name : `${registry.prefix}/${name}`;
  } catch {
    signal.throwIfAborted();
    return undefined; // Whatever keeps it from being known here is told where the image is needed.
  }
}
