import { Registry } from 'prom-client';

import { createMonitor, MONITOR_TIMEOUT_MS } from './database/monitor.ts';
import type { ErrorLog } from './log.ts';
import { createMetrics } from './metrics/metrics.ts';
import { watchProcess } from './metrics/process.ts';
import { createReplicaMetrics } from './metrics/replica.ts';
import type { Settings } from './settings.ts';
import { startWorker } from './worker.ts';

/** One address that answers requests, with one process behind it or several. */
export interface Replica {
  readonly port: number;
  /** Stops accepting, answers what is in flight, lets go of everything. */
  close(): Promise<void>;
  /** Gives up on closing: ends what would outlive this process. */
  abandon(): void;
}

/** Starts a replica of one process, this one. */
export async function startReplica(settings: Settings, errors: ErrorLog): Promise<Replica> {
  const monitor = createMonitor(settings.DATABASE_URL, MONITOR_TIMEOUT_MS);
  const metrics = createMetrics();
  const observeProcess = watchProcess(metrics);
  const replica = createReplicaMetrics();
  const all = Registry.merge([metrics.registry, replica.registry]);

  const worker = await startWorker(settings, {
    errors,
    metrics,
    monitor,
    scrape() {
      observeProcess();
      return all.metrics();
    },
  });
  return { port: worker.port, close: () => worker.close(), abandon: () => undefined };
}
