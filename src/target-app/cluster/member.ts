import type { Worker as Process } from 'node:cluster';

import { createMonitor, MONITOR_TIMEOUT_MS } from '../database/monitor.ts';
import type { ErrorLog } from '../log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { watchProcess } from '../metrics/process.ts';
import type { Replica } from '../replica.ts';
import type { Settings } from '../settings.ts';
import { startWorker } from '../worker.ts';
import type { ToPrimary, ToWorker } from './messages.ts';

/** Starts one of several workers; `primary` is its line to the first process. */
export async function startMember(primary: Process, settings: Settings, errors: ErrorLog): Promise<Replica> {
  const monitor = createMonitor(settings.DATABASE_URL, MONITOR_TIMEOUT_MS);
  const metrics = createMetrics();
  const observeProcess = watchProcess(metrics);
  const scrapes = new Map<number, (text: string | undefined) => void>();
  let lastScrape = 0;

  const tell = (message: ToPrimary): void => {
    primary.send(message);
  };
  const collect = async (id: number): Promise<void> => {
    observeProcess();
    tell({ kind: 'collected', id, metrics: await metrics.registry.getMetricsAsJSON() });
  };
  primary.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'collect':
        collect(message.id).catch((error: unknown) => errors.report('collecting the metrics', error));
        break;
      case 'scraped':
        scrapes.get(message.id)?.(message.text);
        scrapes.delete(message.id);
        break;
    }
  });

  const worker = await startWorker(settings, {
    errors,
    metrics,
    monitor,
    async scrape() {
      const id = ++lastScrape;
      const answer = new Promise<string | undefined>((resolve) => scrapes.set(id, resolve));
      tell({ kind: 'scrape', id });
      const text = await answer;
      if (text === undefined) throw new Error('not every worker told its metrics');
      return text;
    },
  });
  return { port: worker.port, close: () => worker.close(), abandon: () => undefined };
}
