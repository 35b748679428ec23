import { createHmac, randomBytes } from 'node:crypto';
import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { Limits } from '../../../model/system.ts';
import type { Service } from '../../../services/service.ts';
import type { BaseImages } from '../../common/image-names.ts';
import { type Role, type RunLabels, label } from './labels.ts';
import type { Plain } from './plain.ts';

/** What every manifest of a run is told. */
export interface RunNames {
  readonly namespace: string;
  /** Put on everything. */
  readonly labels: RunLabels;
  readonly images: BaseImages & { readonly lab: string };
  /** `Never` where the image was put on the nodes and lies in no registry. */
  readonly labPullPolicy: 'Never' | 'IfNotPresent';
  /** The services that stay for the whole run. */
  readonly stores: readonly Service[];
  /** One of the secrets of a service, of characters that mean nothing in a URL: the same each time that it is asked for. */
  readonly secretOf: (service: string, name: string) => string;
  /** The services whose processes are ended or stopped by a command in their containers. */
  readonly signalled: readonly string[];
  /** What each load worker may use. */
  readonly loadLimits: Limits;
}

/** Draws secrets for all services of a run, whichever it will have: each follows from one key that nobody is told. */
export function drawSecrets(): RunNames['secretOf'] {
  const key = randomBytes(32);
  const hash = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return (service, name) => hash(`${service}/${name}`).subarray(0, 18).toString('base64url');
}

/** The same for the objects of one part of a run, which say what they are of and for. */
export function partOf(s: RunNames, service: string, role: Role): RunNames {
  return { ...s, labels: { ...s.labels, [label.service]: service, [label.role]: role } };
}

/** The metadata of an object in the namespace of the run. */
export function metadataOf({ namespace, labels }: RunNames, name: string): Plain<V1ObjectMeta> {
  return { name, namespace, labels: { ...labels } };
}
