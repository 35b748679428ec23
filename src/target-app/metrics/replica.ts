import { Counter, Registry } from 'prom-client';

import { watchThrottling } from './throttling.ts';

/** What a replica knows once, however many workers it has. */
export interface ReplicaMetrics {
  registry: Registry;
  workerRestarts: Counter;
}

/** Creates the metrics of a replica. */
export function createReplicaMetrics(): ReplicaMetrics {
  const registry = new Registry();
  const workerRestarts = new Counter({
    name: 'app_worker_restarts_total',
    help: 'Workers that died and were replaced. What they had counted is gone from the sums.',
    registers: [registry],
  });
  watchThrottling(registry);
  return { registry, workerRestarts };
}
