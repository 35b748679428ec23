import { Registry } from 'prom-client';

import { createAsideApp } from '../http/aside.ts';
import type { Drain } from '../http/route.ts';
import type { ErrorLog } from '../log.ts';
import { createServerMetrics } from '../metrics/metrics.ts';
import { watchProcess } from '../metrics/process.ts';
import type { Replica } from '../replica.ts';
import { listen } from '../server.ts';
import type { ProjectorSettings } from '../settings.ts';
import { openProjection } from './projection.ts';
import { project } from './projector.ts';

/** Starts the projector: a service that makes summaries of events, and is asked for nothing but how it is. */
export async function startProjector(settings: ProjectorSettings, errors: ErrorLog): Promise<Replica> {
  const registry = new Registry();
  const observeProcess = watchProcess(createServerMetrics(registry));
  const drain: Drain = { draining: false };
  const app = createAsideApp(drain, () => {
    observeProcess();
    return registry.metrics();
  });
  const projection = openProjection(settings.REDIS_URL, errors);
  const projecting = project(settings.KAFKA_URL, projection, errors);
  const release = async (): Promise<void> => {
    // Together: whoever waits for Redis is let go by its closing, and what is under way is taken in whole or not at all.
    await Promise.all([projecting.close(), projection.close()]);
  };
  return { ...(await listen(app.fetch, settings, drain, release)), abandon: () => undefined };
}
