import path from 'node:path';
import { redisServer, requireExecutable } from '../machine/executable.ts';
import { words, type Place, type Service } from './service.ts';

const file = 'redis.conf';

/** An empty Redis that writes nothing to disk. Its password stands in a file: everybody on the machine can read arguments. */
export const redis: Service = {
  name: 'redis',
  title: 'Redis',
  role: 'store',
  copies: { kind: 'one' },
  limits: { cpu: undefined, memoryBytes: undefined },
  asks: { cpu: 0.01, memoryBytes: 64 * 2 ** 20 },
  port: { inside: 6379 },
  secrets: ['password'],
  fronts: [],
  uses: [],
  program: {
    locate: async ({ environment }) => ({ command: await requireExecutable(redisServer, environment), args }),
    inherits: 'little',
    user: 'this',
    dataMode: 0o700,
    workingFolder: undefined,
  },
  image: {
    from: { base: 'redis' },
    entrypoint: ['redis-server'],
    args,
    user: { name: 'redis', number: 999 },
    data: [],
    scratch: ['/tmp'],
    // From which `redis-cli` takes it.
    environment: (at) => ({ REDISCLI_AUTH: { secret: at.secret('password') } }),
  },
  environment: () => ({}),
  files: (at) => [{ name: file, text: { secret: configuration(at) } }],
  ready: { log: /Ready to accept connections/, command: ['sh', '-c', 'redis-cli ping | grep -q PONG'] },
  version: { name: 'redis', log: /Redis version=(?<version>\d+(\.\d+)*)/, command: ['redis-server', '--version'] },
  stop: { signal: 'SIGTERM', graceMs: 5_000, wholeGroup: false, drains: false },
  reachedBy: (at) => ({ REDIS_URL: { secret: `redis://:${at.secret('password')}@${at.host}:${at.port}/0` } }),
  prepare: undefined,
  betweenTrials: 'stays-if-same',
  counters: undefined,
  reload: undefined,
  flush: flushScript,
  isForeign: false,
};

function args({ folder }: Place): readonly string[] {
  return [path.join(folder, file)];
}

/** The password comes from the file: it must not stand in arguments. To `redis-cli` an error is an answer like any other. */
function flushScript({ folder, port }: Place): string {
  return `REDISCLI_AUTH=$(sed -n 's/^requirepass //p' ${words([path.join(folder, file)])})
export REDISCLI_AUTH
said=$(redis-cli -p ${port} FLUSHALL 2>&1)
[ "$said" = OK ] || { echo "$said" >&2; exit 1; }`;
}

function configuration({ host, port, data, ...at }: Place): string {
  return `bind ${host}
port ${port}
requirepass ${at.secret('password')}
dir ${data}
save ""
appendonly no
daemonize no
`;
}
