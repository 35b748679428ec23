/** The keys of the labels that manifests give and select by, and of their annotations. */
export const label = {
  run: 'scale-lab.run',
  service: 'scale-lab.service',
  deployment: 'scale-lab.deployment',
} as const;

/** An annotation of pods: where it changes, they are replaced. */
export const versionAnnotation = 'scale-lab/version';

/** What a pod is for. */
export type ServiceName = 'app' | 'target' | 'postgres' | 'redis' | 'nginx' | 'setup' | 'load';

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

/** The labels that find all pods of one purpose, among those of this run. */
export function podsFor({ labels }: Labelled, service: ServiceName): Record<string, string> {
  return { [label.run]: labels[label.run], [label.service]: service };
}
