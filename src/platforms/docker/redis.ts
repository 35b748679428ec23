import { randomBytes } from 'node:crypto';
import { isRedisReady, redisUrl, redisStart } from '../common/redis-container.ts';
import { type Backend, askUntil, healthEveryMs, versionIn } from './backend.ts';
import type { RunContext } from './run-context.ts';

/** Starts an empty Redis: a random password, nothing written to disk. */
export async function startRedis(run: RunContext, signal: AbortSignal): Promise<Backend> {
  const password = randomBytes(18).toString('base64url');
  const image = await run.settings.image('redis', signal);
  const container = await run.start(
    {
      service: 'redis',
      title: 'Redis',
      image: image.name,
      volumes: image.volumes,
      entrypoint: ['sh', '-c'],
      command: [redisStart],
      user: 'redis',
      environment: { REDISCLI_AUTH: password },
      writable: ['/tmp'],
      health: { command: ['sh', '-c', isRedisReady], everyMs: healthEveryMs },
    },
    signal,
  );
  const wait = askUntil(isRedisReady, 'redis-server --version');
  const printed = await container.ready((limited) => container.execute(wait, limited), signal);
  return { url: redisUrl(password), version: versionIn(printed), container };
}
