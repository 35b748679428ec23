import { imageNames } from '../../../model/scenario.ts';
import { waysToName } from '../../common/image-names.ts';

const ofTheLab = [
  'An image gets to the nodes in three ways: it is loaded (for minikube, kind and k3d that is done by itself)',
  'it is pushed to a registry from which they pull it (SCALE_LAB_REGISTRY=<registry/prefix>)',
  'or they have it, or can pull it, under a name that you give (SCALE_LAB_IMAGE=<image>).',
].join('; ');

const ofTheUser =
  'Load it onto the nodes (for minikube, kind and k3d that is done by itself where this machine has it), or push it to where they pull from.';

/** What to do where a node cannot find an image: a base image by its name, the user's `own`, or else the lab's. */
export function imageMissingHint(kind: string | undefined): string {
  if (kind === 'own') return ofTheUser;
  const base = imageNames.find((name) => name === kind);
  if (base === undefined) return ofTheLab;
  return `Load it onto the nodes, push it to where they pull from, or name one that they have or can pull: ${waysToName(base)}.`;
}
