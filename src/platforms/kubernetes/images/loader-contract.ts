import { type Printed, lastLines } from '../../../machine/program.ts';
import { LabError } from '../../../model/errors.ts';
import type { Engine } from '../../engine/engine.ts';

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

/** A program that did not get images to the nodes, as something to act on. @param look the command line that shows whether the cluster is there */
export function loadFailure(
  images: readonly string[],
  { program, cluster, look }: { readonly program: string; readonly cluster: string; readonly look: string },
  printed: Printed,
  cause?: unknown,
): LabError {
  return new LabError(`${program} could not load ${images.join(', ')} into the cluster ${cluster}.`, {
    hint: `See whether the cluster is there and has room: ${look}`,
    details: lastLines(printed),
    cause,
  });
}
