import type { V1Container, V1EnvVar } from '@kubernetes/client-node';
import type { Topology } from '../../../model/plan.ts';
import { usesCache } from '../../../model/system.ts';
import { secret } from './backends.ts';
import type { Plain } from './plain.ts';
import type { RunNames } from './run-names.ts';

/** The port on which every replica listens, each in a network name space of its own. */
export const appPort = 3000;

/** Where every replica listens. */
export const appPlace = { host: '0.0.0.0', port: appPort } as const;

/** What a container of the lab's own image is started with. */
export function labContainer({ images, labPullPolicy }: RunNames, args: readonly string[]) {
  return { image: images.lab, imagePullPolicy: labPullPolicy, args: [...args] } satisfies Partial<Plain<V1Container>>;
}

/** What the application is told beside its settings: the pod's name, and where it finds what it builds on. */
export function appIdentity({ app }: Topology): Plain<V1EnvVar>[] {
  return [
    { name: 'REPLICA_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    secret('DATABASE_URL'),
    ...(usesCache(app) ? [secret('REDIS_URL')] : []),
  ];
}
