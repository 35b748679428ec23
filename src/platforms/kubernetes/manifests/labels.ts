import type { Service } from '../../../services/service.ts';

/** The keys of the labels that manifests give and select by, and of their annotations. */
export const label = {
  run: 'scale-lab.run',
  service: 'scale-lab.service',
  role: 'scale-lab.role',
  deployment: 'scale-lab.deployment',
} as const;

/** An annotation of pods: where it changes, they are replaced. */
export const versionAnnotation = 'scale-lab/version';

/** An annotation of pods: which of the images that the lab knows theirs is, see `images/missing.ts`. */
export const imageAnnotation = 'scale-lab/image';

/** What objects are for: services by kind, what prepares one, and load workers. */
export type Role = Service['role'] | 'preparation' | 'load';

/** The roles of what is under load. */
export const underLoad = ['store', 'aside', 'tested', 'balancer', 'link'] as const satisfies readonly Role[];

/** Labels of everything that a run creates; its id is among them. */
export type RunLabels = Readonly<Record<string, string>> & { readonly [label.run]: string };

/** What tells how everything of a run is labelled. */
interface Labelled {
  readonly labels: RunLabels;
}

/** The labels that find the pods of a Deployment, among those of this run. */
export function podsOf({ labels }: Labelled, deployment: string): Record<string, string> {
  return { [label.run]: labels[label.run], [label.deployment]: deployment };
}

/** The labels that find all pods of a service, among those of this run. */
export function podsFor({ labels }: Labelled, service: string): Record<string, string> {
  return { [label.run]: labels[label.run], [label.service]: service };
}
