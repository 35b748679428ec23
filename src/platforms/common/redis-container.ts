/**
 * For `sh -c`: an empty Redis that writes nothing to disk, with the password of the environment, from which `redis-cli` takes
 * it, too. In a file, not by arguments: everybody on the machine can read those.
 */
export const redisStart = `umask 077
printf '%s\\n' 'bind 0.0.0.0' "requirepass $REDISCLI_AUTH" 'save ""' 'appendonly no' > /tmp/redis.conf
exec redis-server /tmp/redis.conf`;

/** For `sh -c`: asks whether it is ready. */
export const isRedisReady = 'redis-cli ping | grep -q PONG';

/** Where the application finds it. */
export function redisUrl(password: string): string {
  return `redis://:${password}@redis:6379/0`;
}
