import { randomBytes } from 'node:crypto';
import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { ImageName } from '../../../model/scenario.ts';
import type { Limits } from '../../../model/system.ts';
import type { Service } from '../../../services/service.ts';
import { type Role, type RunLabels, label } from './labels.ts';
import type { Plain } from './plain.ts';

/** What every manifest of a run is told. */
export interface RunNames {
  readonly namespace: string;
  /** Put on everything. */
  readonly labels: RunLabels;
  readonly images: Readonly<Record<'lab' | ImageName, string>>;
  /** `Never` where the image was put on the nodes and lies in no registry. */
  readonly labPullPolicy: 'Never' | 'IfNotPresent';
  /** The services that stay for the whole run. */
  readonly stores: readonly Service[];
  /** Of characters that mean nothing in a URL; by the service that they are of, and by their own names. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The services whose processes are ended or stopped by a command in their containers. */
  readonly signalled: readonly string[];
  /** What each load worker may use. */
  readonly loadLimits: Limits;
}

/** The stores of a run, with secrets that are drawn anew. */
export function drawStores(stores: readonly Service[]): Pick<RunNames, 'stores' | 'secrets'> {
  const draw = (secret: string) => [secret, randomBytes(18).toString('base64url')] as const;
  const secrets = stores.map(({ name, secrets: names }) => [name, Object.fromEntries(names.map(draw))] as const);
  return { stores, secrets: Object.fromEntries(secrets) };
}

/** The same for the objects of one part of a run, which say what they are of and for. */
export function partOf(s: RunNames, service: string, role: Role): RunNames {
  return { ...s, labels: { ...s.labels, [label.service]: service, [label.role]: role } };
}

/** The metadata of an object in the namespace of the run. */
export function metadataOf({ namespace, labels }: RunNames, name: string): Plain<V1ObjectMeta> {
  return { name, namespace, labels: { ...labels } };
}
