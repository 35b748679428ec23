import { Counter, Registry } from 'prom-client';

import { createRoute, type Drain } from '../http/route.ts';
import type { ErrorLog } from '../log.ts';
import { createServerMetrics } from '../metrics/metrics.ts';
import { watchProcess } from '../metrics/process.ts';
import { watchThrottling } from '../metrics/throttling.ts';
import type { Replica } from '../replica.ts';
import { listen } from '../server.ts';
import type { ServerSettings } from '../settings.ts';
import { createStopwatches } from '../timing/stopwatch.ts';
import { createNotifierApp } from './app.ts';
import { createInbox } from './inbox.ts';

/** Starts the notifier: the second service of the reference system, which is told what users want to hear of. It needs no other. */
export async function startNotifier(settings: ServerSettings, errors: ErrorLog): Promise<Replica> {
  const registry = new Registry();
  const metrics = createServerMetrics(registry);
  const observeProcess = watchProcess(metrics);
  watchThrottling(registry);
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] });

  const drain: Drain = { draining: false };
  const route = createRoute(metrics, errors, createStopwatches(settings.SERVER_TIMING), drain);
  const app = createNotifierApp(
    route,
    {
      inbox: createInbox(),
      received: counter('notifications_total', 'Notifications that came, each counted once however often it did.'),
      repeated: counter('notifications_repeated_total', 'Times that a notification came which had come before.'),
      maxBodyBytes: settings.MAX_BODY_BYTES,
      drain,
      scrape() {
        observeProcess();
        return registry.metrics();
      },
    },
    errors,
  );
  const server = await listen(app.fetch, settings.HOST, settings.PORT, drain, settings.LINGER_MS);
  return { port: server.port, close: () => server.drain(), abandon: () => undefined };
}
