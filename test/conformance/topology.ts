import { splitJob } from '../../src/load/share.ts';
import type { ClosedLoad, WorkerLoad } from '../../src/model/load-profile.ts';
import type { Topology } from '../../src/model/plan.ts';
import type { ReplicaMetrics } from '../../src/model/running-system.ts';
import { balancedBy, type AppSettings } from '../../src/model/system.ts';
import type { Workload } from '../../src/model/workload.ts';
import { defaultApp } from '../../src/scenarios/schema/app-settings.ts';
import { storesOf } from '../../src/services/system.ts';
import type { LoadJob } from '../../src/worker/protocol.ts';

type Cache = AppSettings['cache'];

/** A small topology, changed as told. */
export function topology(
  change: Partial<
    Pick<Topology, 'replicas' | 'balancer' | 'data' | 'freshData' | 'serverTiming' | 'autoscale' | 'rollout' | 'acts'>
  > & {
    readonly limits?: Topology['limits'];
    readonly slowReplicaMs?: number;
    readonly cache?: Partial<Cache>;
    readonly app?: Partial<AppSettings>;
  } = {},
): Topology {
  const { cache, app, ...rest } = change;
  return {
    kind: 'app',
    app: {
      ...defaultApp,
      cache: { ...defaultApp.cache, ...cache },
      pool: { ...defaultApp.pool, size: 5 },
      ...app,
    },
    hasRedis: true,
    replicas: 1,
    balancer: balancedBy('round-robin'),
    data: { users: 10, todos: 100 },
    limits: { cpu: undefined, memoryBytes: undefined },
    slowReplicaMs: 0,
    autoscale: undefined,
    rollout: undefined,
    freshData: false,
    serverTiming: false,
    ...rest,
  };
}

/** What a run has that deploys it, whether each trial uses a cache or not. */
export const stores = storesOf([topology()]);

/** What one replica of a server of the user's own has of which nothing is known but that it answers. */
export const plainTarget = {
  environment: {},
  readyPath: undefined,
  readyLimitMs: 30_000,
  metricsPath: undefined,
  counters: {},
  balancer: undefined,
  limits: { cpu: undefined, memoryBytes: undefined },
  replicas: 1,
} as const;

/** A short closed load, changed as told. */
export function closed(change: Partial<ClosedLoad> = {}): ClosedLoad {
  const usual = { driver: 'autocannon', connections: 6, thinkMs: 0, warmupMs: 100, durationMs: 400 } as const;
  return { kind: 'closed', ...usual, timeoutMs: 5_000, ...change };
}

/** A load on the todos, shared by as many workers as told. */
export function jobs(
  urls: LoadJob['urls'],
  { load = closed(), workers = 1 }: { readonly load?: WorkerLoad; readonly workers?: number } = {},
): readonly LoadJob[] {
  const requests = [
    {
      name: 'a todo',
      method: 'GET',
      path: '/todos/{todo}',
      weight: 1,
      headers: {},
      check: { contains: '"id":{todo}' },
    },
  ];
  const workload: Workload = { requests, keys: { todo: { kind: 'uniform', of: 100 } } };
  return splitJob({ urls, load, workload, seed: 1, share: { index: 0, of: 1 } }, workers);
}

/** The sum of a counter over its labels, as one replica told it; fails where the replica did not answer. */
export function counted(metrics: ReplicaMetrics, counter: string): number {
  if ('problem' in metrics) throw new Error(`${metrics.replica}: ${metrics.problem}`);
  const lines = metrics.text
    .split('\n')
    .filter((line) => line.startsWith(`${counter} `) || line.startsWith(`${counter}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** The sum of a counter over all replicas. */
export function total(metrics: readonly ReplicaMetrics[], counter: string): number {
  return metrics.reduce((sum, replica) => sum + counted(replica, counter), 0);
}
