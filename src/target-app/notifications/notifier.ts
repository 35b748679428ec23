import { Pool, type QueryResultRow } from 'pg';
import { Counter, Registry } from 'prom-client';

import type { Statement } from '../database/database.ts';
import { createRoute, type Drain } from '../http/route.ts';
import type { ErrorLog } from '../log.ts';
import { createServerMetrics } from '../metrics/metrics.ts';
import { watchProcess } from '../metrics/process.ts';
import { watchThrottling } from '../metrics/throttling.ts';
import type { Replica } from '../replica.ts';
import { listen } from '../server.ts';
import type { NotifierSettings } from '../settings.ts';
import { createStopwatches } from '../timing/stopwatch.ts';
import { createNotifierApp } from './app.ts';
import { createInbox, type Inbox, type Query } from './inbox.ts';
import type { Subscription } from './subscription.ts';

const CONNECTIONS = 5;
const CONNECT_WITHIN_MS = 5000;

/**
 * Starts the notifier: the second service of the reference system, which is told what users want to hear of, over HTTP or by a queue, and
 * sends mails. It needs a database for those, and nobody else.
 */
export async function startNotifier(settings: NotifierSettings, errors: ErrorLog): Promise<Replica> {
  const registry = new Registry();
  const metrics = createServerMetrics(registry);
  const observeProcess = watchProcess(metrics);
  watchThrottling(registry);
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] });
  const received = counter('notifications_total', 'Notifications that came, each counted once however often it did.');
  const repeated = counter('notifications_repeated_total', 'Times that a notification came which had come before.');

  const database = settings.DATABASE_URL === undefined ? undefined : openDatabase(settings.DATABASE_URL, errors);
  const inbox = createInbox(settings, database?.query);
  const take: Inbox['take'] = async (notification) => {
    const isNew = await inbox.take(notification);
    (isNew ? received : repeated).inc();
    return isNew;
  };

  const drain: Drain = { draining: false };
  const route = createRoute(metrics, errors, createStopwatches(settings.SERVER_TIMING), drain);
  const scrape = (): Promise<string> => {
    observeProcess();
    return registry.metrics();
  };
  const { MAX_BODY_BYTES: maxBodyBytes } = settings;
  const app = createNotifierApp(route, { inbox: { ...inbox, take }, maxBodyBytes, drain, scrape }, errors);

  const subscription = await subscriptionOf(settings, take, errors);
  const release = async (): Promise<void> => {
    await subscription?.close();
    await database?.end();
  };
  return { ...(await listen(app.fetch, settings, drain, release)), abandon: () => undefined };
}

/** What takes notifications from a broker, where they come by one. */
async function subscriptionOf(
  settings: NotifierSettings,
  take: Inbox['take'],
  errors: ErrorLog,
): Promise<Subscription | undefined> {
  const { NOTIFICATIONS_BY: by, AMQP_URL: queue, KAFKA_URL: log } = settings;
  if (by === 'rabbitmq' && queue !== undefined) {
    const { subscribe } = await import('./rabbitmq.ts');
    return subscribe(queue, take, errors);
  }
  if (by === 'kafka' && log !== undefined) {
    const { subscribe } = await import('./kafka.ts');
    return subscribe(log, take, errors);
  }
  return undefined;
}

function openDatabase(url: string, errors: ErrorLog): { readonly query: Query; end(): Promise<void> } {
  const pool = new Pool({
    connectionString: url,
    application_name: 'notifier',
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    idleTimeoutMillis: 0,
    keepAlive: true,
  });
  pool.on('error', (error) => errors.report('a database connection was lost', error));
  return {
    async query<Row extends QueryResultRow>({ name, text }: Statement<Row>, values: readonly unknown[]) {
      return (await pool.query<Row>({ ...(name !== undefined && { name }), text, values: [...values] })).rows;
    },
    end: () => pool.end(),
  };
}
