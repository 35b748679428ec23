import { environmentOf } from '../model/app-environment.ts';
import type { Topology } from '../model/plan.ts';
import { type AppSystem, usesRedis } from '../model/system.ts';
import { postgres } from './postgres/postgres.ts';
import { redis } from './redis.ts';
import type { Place, Service, Variables } from './service.ts';

/** The bundle of the reference app, as it is called in the image of the lab's own programs. */
export const appBundle = 'target-app.mjs';

/** How long a replica may take to answer what is in flight when it is told to stop. */
const graceMs = 3_000;
/** What it takes to end beyond that. */
const marginMs = 1_000;

const serve = ['serve'];
const prepare = ['migrate', 'seed', 'flush'];

/** The reference app, as a topology has it. */
export function app(topology: Topology): Service {
  const { limits, replicas, autoscale } = topology;
  return {
    name: 'app',
    title: 'app',
    role: 'tested',
    copies: { kind: 'alike', count: replicas, autoscale },
    limits,
    asks: { cpu: 0.02, memoryBytes: 128 * 2 ** 20 },
    port: { inside: 3000 },
    secrets: [],
    fronts: [],
    uses: [
      postgres.name,
      ...(usesRedis(topology.app) ? [redis.name] : []),
      ...(topology.services ?? []).map(({ name }) => name),
    ],
    program: {
      locate: ({ app: bundle }) =>
        Promise.resolve({
          command: process.execPath,
          args: () => [bundle, ...serve],
          prepareArgs: () => [bundle, ...prepare],
        }),
      inherits: 'little',
      user: 'this',
      dataMode: 0o700,
      workingFolder: undefined,
    },
    image: {
      from: { lab: true },
      args: () => [appBundle, ...serve],
      prepareArgs: () => [appBundle, ...prepare],
      user: undefined,
      data: [],
      scratch: ['/tmp'],
    },
    environment: (at) => settings(topology, at),
    files: () => [],
    ready: {
      log: /"msg":"listening"/,
      http: { path: '/readyz', accepts: (status) => status === 200, isAny: false, isOfOthers: false },
      alivePath: '/healthz',
    },
    version: undefined,
    stop: isAbrupt(topology)
      ? { signal: 'SIGTERM', graceMs: 0, wholeGroup: false, drains: false }
      : { signal: 'SIGTERM', graceMs: graceMs + marginMs, wholeGroup: false, drains: true },
    reachedBy: ({ host, port }) => ({ APP_URL: `http://${host}:${port}` }),
    prepare: { title: 'the data is laid', name: 'app-setup' },
    betweenTrials: topology.freshData ? 'anew' : 'stays-if-same',
    counters: { path: '/metrics', ofUsedPath: '/metrics/backends' },
    reload: undefined,
    isForeign: false,
  };
}

/** The variables that the lab itself tells the app, whatever runs beside it. */
export function toldToApp(system: AppSystem): readonly string[] {
  const topology = { ...system, replicas: 1, data: { users: 0, todos: 0 }, freshData: false, serverTiming: false };
  const copy = { name: 'app', number: 1, of: 1 };
  return Object.keys(settings(topology, { copy, host: '', port: 0, lingerMs: 0 }));
}

/** Whether its replicas are replaced without being given time to end. */
function isAbrupt({ rollout }: Topology): boolean {
  return rollout?.shutdown === 'abrupt';
}

function settings(
  topology: Topology,
  { copy, host, port, lingerMs }: Pick<Place, 'copy' | 'host' | 'port' | 'lingerMs'>,
): Variables {
  const { data, freshData, serverTiming, slowReplicaMs } = topology;
  // The last of several is the slow one, where there is one.
  const extraMs = copy.of > 1 && copy.number === copy.of ? slowReplicaMs : 0;
  return {
    NODE_ENV: 'production',
    HOST: host,
    PORT: String(port),
    REPLICA_NAME: copy.name,
    ...environmentOf({ ...topology.app, queryCostMs: topology.app.queryCostMs + extraMs }, data),
    SERVER_TIMING: serverTiming ? 'sampled' : 'off',
    SEED_ALWAYS: String(freshData),
    GRACE_MS: String(isAbrupt(topology) ? 0 : graceMs),
    LINGER_MS: String(isAbrupt(topology) ? 0 : lingerMs),
    LOG_LEVEL: 'info',
  };
}
