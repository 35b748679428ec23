/** What to do where a node cannot find the lab's image. */
export const imageMissingHint = [
  'An image gets to the nodes in three ways: it is loaded (for minikube, kind and k3d that is done by itself)',
  'it is pushed to a registry from which they pull it (SCALE_LAB_REGISTRY=<registry/prefix>)',
  'or they have it, or can pull it, under a name that you give (SCALE_LAB_IMAGE=<image>).',
].join('; ');
