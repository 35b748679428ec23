import type { LoadJob } from '../../src/load/job.ts';
import type { ReplicaMetrics } from '../../src/platforms/platform.ts';
import type { Topology } from '../../src/scenarios/plan.ts';
import type { AppSettings } from '../../src/scenarios/scenario.ts';

type Cache = AppSettings['cache'];

/** A small topology, changed as told. */
export function topology(
  change: Partial<Pick<Topology, 'replicas' | 'balancer' | 'data' | 'freshData'>> & {
    readonly limits?: Topology['limits'];
    readonly slowReplicaMs?: number;
    readonly cache?: Partial<Cache>;
    readonly app?: Partial<AppSettings>;
  } = {},
): Topology {
  const { cache, app, ...rest } = change;
  return {
    app: {
      cache: { strategy: 'none', ttlMs: 60_000, jitter: 0, lockTimeoutMs: 2_000, beta: 1, ...cache },
      feed: 'join',
      pool: { size: 5, queueLimit: 1_000, timeoutMs: 5_000 },
      connections: 'pool',
      queryCostMs: 0,
      workers: 1,
      titleIndex: false,
      ...app,
    },
    replicas: 1,
    balancer: 'round-robin',
    data: { users: 10, todos: 100 },
    limits: { cpu: undefined, memoryBytes: undefined },
    slowReplicaMs: 0,
    freshData: false,
    ...rest,
  };
}

/** A short closed load on the todos, for as long as told. */
export function job(urls: readonly string[], durationMs = 400): LoadJob {
  return {
    urls,
    load: { kind: 'closed', connections: 6, warmupMs: 100, durationMs, timeoutMs: 5_000 },
    workload: {
      requests: [{ method: 'GET', path: '/todos/{todo}', weight: 1, headers: {}, check: { contains: '"id":{todo}' } }],
      keys: { todo: { kind: 'uniform', of: 100 } },
    },
    seed: 1,
  };
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
