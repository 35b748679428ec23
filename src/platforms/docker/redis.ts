import { randomBytes } from 'node:crypto';
import { type Backend, askUntil, healthEveryMs, versionIn } from './backend.ts';
import type { RunContext } from './run-context.ts';

// A file, not arguments: everybody on the Engine's machine can read those.
const start = `umask 077
printf '%s\\n' 'bind 0.0.0.0' "requirepass $REDISCLI_AUTH" 'save ""' 'appendonly no' > /tmp/redis.conf
exec redis-server /tmp/redis.conf`;

/** Starts an empty Redis: a random password, nothing written to disk. */
export async function startRedis(run: RunContext, signal: AbortSignal): Promise<Backend> {
  const password = randomBytes(18).toString('base64url');
  const image = run.settings.images.redis;
  run.settings.onStep('Redis starts');
  const container = await run.start(
    {
      service: 'redis',
      title: 'Redis',
      image: image.name,
      volumes: image.volumes,
      entrypoint: ['sh', '-c'],
      command: [start],
      user: 'redis',
      // redis-cli takes the password from there, too.
      environment: { REDISCLI_AUTH: password },
      writable: ['/tmp'],
      health: { command: ['sh', '-c', 'redis-cli ping | grep -q PONG'], everyMs: healthEveryMs },
    },
    signal,
  );
  const wait = askUntil('redis-cli ping | grep -q PONG', 'redis-server --version');
  const printed = await container.ready((limited) => container.execute(wait, limited), signal);
  return { url: `redis://:${password}@redis:6379/0`, version: versionIn(printed), container };
}
