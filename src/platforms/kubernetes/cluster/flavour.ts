/** What made a cluster, as far as its name tells: each gets images, and is started, in a way of its own. */
export type Flavour = 'minikube' | 'kind' | 'k3d' | 'docker-desktop' | 'other';
