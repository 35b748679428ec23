import { LabError } from '../../../errors.ts';
import { type Printed, lastLines } from '../../common/program.ts';

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
