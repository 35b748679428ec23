import { backendsSecret } from './backends.ts';
import type { Manifest } from './plain.ts';
import { postgresManifests } from './postgres.ts';
import { redisManifests } from './redis.ts';
import type { RunNames } from './run-names.ts';

/** What a stack is built on: the Secret with the passwords, PostgreSQL and, where it is used, Redis. */
export function foundationManifests(s: RunNames): readonly Manifest[] {
  return [backendsSecret(s), ...postgresManifests(s), ...(s.passwords.redis === undefined ? [] : redisManifests(s))];
}
