import { pino } from 'pino';

import { createErrorLog } from '../log.ts';
import { startReplica } from '../replica.ts';
import { readSettings } from '../settings.ts';
import { readMetric } from './metric.ts';

/** The whole app in this process, on a port of its own. */
export interface Instance {
  readonly url: string;
  /** Sends a request; the path begins with a slash. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** What a metric says now, the sum over all samples with these labels; undefined when it is absent. */
  metric(name: string, labels?: Record<string, string>): Promise<number | undefined>;
  /** The same of what its database and its cache say. */
  backendMetric(name: string, labels?: Record<string, string>): Promise<number | undefined>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the app with these environment variables. Its log goes nowhere. */
export async function startInstance(environment: Record<string, string>): Promise<Instance> {
  const errors = createErrorLog(pino({ level: 'silent' }));
  const replica = await startReplica(readSettings({ PORT: '0', ...environment }), errors);
  const url = `http://127.0.0.1:${replica.port}`;
  const scrape = async (path: string): Promise<string> => (await fetch(url + path)).text();
  return {
    url,
    request: (path, init) => fetch(url + path, init),
    metric: async (name, labels) => readMetric(await scrape('/metrics'), name, labels),
    backendMetric: async (name, labels) => readMetric(await scrape('/metrics/backends'), name, labels),
    [Symbol.asyncDispose]: () => replica.close(),
  };
}
