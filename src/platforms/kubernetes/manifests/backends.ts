import type { V1EnvVar, V1Secret } from '@kubernetes/client-node';
import { postgresUrl } from '../../common/postgres-container.ts';
import { redisUrl } from '../../common/redis-container.ts';
import type { Plain } from './plain.ts';
import { type RunNames, metadataOf } from './run-names.ts';

const name = 'backends';

/** What the Secret holds: everything that a password is in. */
type SecretKey = 'DATABASE_URL' | 'REDIS_URL' | 'POSTGRES_PASSWORD' | 'REDISCLI_AUTH';

/** The Secret of a run: no password is in any other object. */
export function backendsSecret(s: RunNames): Plain<V1Secret> {
  const { postgres, redis } = s.passwords;
  const stringData = {
    DATABASE_URL: postgresUrl(postgres),
    POSTGRES_PASSWORD: postgres,
    ...(redis === undefined ? {} : { REDIS_URL: redisUrl(redis), REDISCLI_AUTH: redis }),
  } satisfies Partial<Record<SecretKey, string>>;
  return { apiVersion: 'v1', kind: 'Secret', metadata: metadataOf(s, name), type: 'Opaque', stringData };
}

/** An environment variable that has its value from the Secret. */
export function secret(key: SecretKey): Plain<V1EnvVar> {
  return { name: key, valueFrom: { secretKeyRef: { name, key } } };
}

/** Environment variables that say their values. */
export function variables(values: Readonly<Record<string, string>>): Plain<V1EnvVar>[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
