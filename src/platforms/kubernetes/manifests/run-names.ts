import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { Limits } from '../../../model/system.ts';
import type { RunLabels } from './labels.ts';
import type { Plain } from './plain.ts';

/** What every manifest of a run is told. */
export interface RunNames {
  readonly namespace: string;
  /** Put on everything. */
  readonly labels: RunLabels;
  readonly images: Readonly<Record<'lab' | 'postgres' | 'redis' | 'nginx', string>>;
  /** `Never` where the image was put on the nodes and lies in no registry. */
  readonly labPullPolicy: 'Never' | 'IfNotPresent';
  /** Of characters that mean nothing in a URL. Without one for it there is no Redis. */
  readonly passwords: { readonly postgres: string; readonly redis: string | undefined };
  /** What each load worker may use. */
  readonly loadLimits: Limits;
}

/** The metadata of an object in the namespace of the run. */
export function metadataOf({ namespace, labels }: RunNames, name: string): Plain<V1ObjectMeta> {
  return { name, namespace, labels: { ...labels } };
}
