import { environmentOf } from '../model/app-environment.ts';
import type { Topology } from '../model/plan.ts';
import { type AppSystem, usesRedis } from '../model/system.ts';
import { runningBundle, serverOfBundle, toldToServer } from './bundle.ts';
import { postgres } from './postgres/postgres.ts';
import { redis } from './redis.ts';
import type { Place, Service, Variables } from './service.ts';

/** The reference app, as a topology has it. */
export function app(topology: Topology): Service {
  const { limits, replicas, autoscale } = topology;
  const server = serverOfBundle({
    name: 'app',
    task: 'serve',
    told: {},
    copies: { kind: 'alike', count: replicas, autoscale },
    limits,
    uses: [
      postgres.name,
      ...(usesRedis(topology.app) ? [redis.name] : []),
      ...(topology.services ?? []).map(({ name }) => name),
    ],
    reachedBy: ({ host, port }) => ({ APP_URL: `http://${host}:${port}` }),
  });
  return {
    ...server,
    role: 'tested',
    asks: { cpu: 0.02, memoryBytes: 128 * 2 ** 20 },
    ...runningBundle(['serve'], ['migrate', 'seed', 'flush']),
    environment: (at) => settings(topology, at),
    stop: isAbrupt(topology) ? { ...server.stop, graceMs: 0, drains: false } : server.stop,
    prepare: { title: 'the data is laid', name: 'app-setup' },
    betweenTrials: topology.freshData ? 'anew' : 'stays-if-same',
    counters: { path: '/metrics', ofUsedPath: '/metrics/backends' },
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

function settings(topology: Topology, at: Pick<Place, 'copy' | 'host' | 'port' | 'lingerMs'>): Variables {
  const { data, freshData, serverTiming, slowReplicaMs } = topology;
  const { copy } = at;
  // The last of several is the slow one, where there is one.
  const extraMs = copy.of > 1 && copy.number === copy.of ? slowReplicaMs : 0;
  return {
    ...toldToServer(at),
    ...environmentOf({ ...topology.app, queryCostMs: topology.app.queryCostMs + extraMs }, data),
    SERVER_TIMING: serverTiming ? 'sampled' : 'off',
    SEED_ALWAYS: String(freshData),
    ...(isAbrupt(topology) && { GRACE_MS: '0', LINGER_MS: '0' }),
  };
}
