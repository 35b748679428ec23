import type { BurstLoad, ClosedLoad, OpenLoad } from '../../model/load-profile.ts';
import type { RequestTemplate, Workload } from '../../model/workload.ts';
import { drive } from '../drivers/driver.ts';
import type { LoadJob, WorkerMessage, WorkerResult } from '../protocol.ts';
import { DrawnRequest } from '../requests/drawn-request.ts';

/** A short closed loop without a warm-up. */
export function closedLoad(load: Partial<ClosedLoad> = {}): ClosedLoad {
  const usual = { driver: 'autocannon', connections: 4, thinkMs: 0, warmupMs: 0, durationMs: 300 } as const;
  return { kind: 'closed', ...usual, timeoutMs: 10_000, ...load };
}

/** An even 200 a second for half a second, without a warm-up. */
export function openLoad({
  ratePerSecond = 200,
  durationMs = 500,
  ...load
}: Partial<OpenLoad> & { readonly ratePerSecond?: number; readonly durationMs?: number } = {}): OpenLoad {
  return {
    kind: 'open',
    arrivals: 'even',
    warmupMs: 0,
    stages: [{ fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond, durationMs }],
    connections: 20,
    inFlightLimit: 1000,
    keepAlive: true,
    timeoutMs: 10_000,
    drainMs: 10_000,
    ...load,
  };
}

/** Three bursts of eight. */
export function burstLoad(load: Partial<BurstLoad> = {}): BurstLoad {
  return { kind: 'burst', size: 8, times: 3, everyMs: 20, timeoutMs: 10_000, ...load };
}

/** A request without anything special. */
export function requestTemplate({
  method = 'GET',
  path = '/',
  ...request
}: Partial<RequestTemplate> = {}): RequestTemplate {
  return { name: `${method} ${path}`, method, path, weight: 1, headers: {}, check: {}, ...request };
}

/** What is drawn of the request of that name, for who records and does not send. */
export function drawnRequest(name = 'GET /'): DrawnRequest {
  const expected = { status: undefined, contains: undefined };
  return new DrawnRequest({ name, method: 'GET', path: '/', body: undefined, headers: {} }, expected);
}

/** A workload of one request. */
export function oneRequest(request: Partial<RequestTemplate> = {}, keys: Workload['keys'] = {}): Workload {
  return { requests: [requestTemplate(request)], keys };
}

/** A job with the plainest workload. */
export function loadJob(job: Pick<LoadJob, 'urls' | 'load'> & Partial<LoadJob>): LoadJob {
  return { workload: oneRequest(), seed: 1, share: { index: 0, of: 1 }, ...job };
}

/** Runs a job in this process. */
export async function run(
  job: LoadJob,
  onMessage: (message: WorkerMessage) => void = () => undefined,
): Promise<WorkerResult & { failed: number; messages: readonly WorkerMessage[] }> {
  const messages: WorkerMessage[] = [];
  const result = await drive(job, {
    cpuUsage: () => process.cpuUsage(),
    startMs: performance.now(),
    emit: (message) => {
      messages.push(message);
      onMessage(message);
    },
  });
  const failed = Object.values(result.errors).reduce((sum, count) => sum + count, 0);
  return { ...result, failed, messages };
}
