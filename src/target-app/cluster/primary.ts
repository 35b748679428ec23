import cluster, { type Worker as Process } from 'node:cluster';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { AggregatorRegistry } from 'prom-client';
import type { Logger } from 'pino';

import { within } from '../deadline.ts';
import type { ErrorLog } from '../log.ts';
import { createReplicaMetrics } from '../metrics/replica.ts';
import type { Replica } from '../replica.ts';
import type { Settings } from '../settings.ts';
import type { Collected, ToPrimary, ToWorker } from './messages.ts';

/** A worker under load answers late; one that never does must not make the sums smaller than they were. */
const COLLECT_WITHIN_MS = 5000;
/** A worker that dies at once would die again at once. */
const RESTART_AFTER_MS = 500;

/** Starts a replica of several processes behind one port. This one answers no requests: it keeps the workers alive. */
export async function startPrimary(settings: Settings, log: Logger, errors: ErrorLog): Promise<Replica> {
  const replica = createReplicaMetrics();
  const workers = new Set<Process>();
  const answering = new Set<Process>(); // those that listen; before that they hear no questions, and have no answers
  const failures: string[] = [];
  let closing = false;
  const port = settings.PORT === 0 ? await freePort(settings.HOST) : settings.PORT;

  async function scrape(): Promise<string> {
    const collected = await Promise.all([...answering].map(collectFrom));
    const own: Collected = await replica.registry.getMetricsAsJSON();
    return AggregatorRegistry.aggregate([...collected, own]).metrics();
  }

  async function answerScrape(worker: Process, id: number): Promise<void> {
    let text: string | undefined;
    try {
      text = await scrape();
    } catch (error) {
      errors.report('collecting the metrics of the workers', error);
    }
    tell(worker, { kind: 'scraped', id, text });
  }

  function start(): Process {
    const worker = cluster.fork({ PORT: String(port) });
    workers.add(worker);
    log.debug({ worker: worker.process.pid }, 'started a worker');
    worker.on('message', (message: ToPrimary) => {
      if (message.kind === 'scrape') void answerScrape(worker, message.id);
    });
    worker.once('listening', () => answering.add(worker));
    worker.on('error', (error) => errors.report('talking to a worker', error));
    worker.once('exit', (code, signal) => {
      workers.delete(worker);
      answering.delete(worker);
      const end = `worker ${worker.process.pid ?? worker.id} ended: ${signal === '' ? `exit code ${code}` : signal}`;
      if (code !== 0 && signal !== 'SIGTERM') failures.push(end); // one that SIGTERM ends had not started to serve
      if (closing) return;
      log.error(`${end}; starting another`);
      replica.workerRestarts.inc();
      setTimeout(() => !closing && start(), RESTART_AFTER_MS);
    });
    return worker;
  }

  const first = Array.from({ length: settings.WORKERS }, start);
  try {
    await Promise.all(first.map(listening));
  } catch (error) {
    closing = true;
    for (const worker of workers) worker.process.kill('SIGKILL');
    throw error;
  }

  return {
    port,
    async close() {
      closing = true;
      failures.length = 0;
      const exits = [...workers].map((worker) => once(worker, 'exit'));
      for (const worker of workers) worker.process.kill('SIGTERM');
      await Promise.all(exits);
      if (failures.length > 0) throw new Error(failures.join('; '));
    },
    abandon() {
      for (const worker of workers) worker.process.kill('SIGKILL');
    },
  };
}

/** A port that was free a moment ago. If each worker asked for port 0, one that is replaced could get another port. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when the worker listens; one that dies before the replica was ever up is a failed start, not a restart. */
async function listening(worker: Process): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('listening', () => resolve());
    worker.once('exit', (code) => reject(new Error(`a worker ended at its start with exit code ${code}`)));
  });
}

/** The metrics of one worker, none if it dies meanwhile. @throws if it lives and does not answer */
async function collectFrom(worker: Process): Promise<Collected> {
  const id = Math.trunc(Math.random() * Number.MAX_SAFE_INTEGER);
  let heard: (message: ToPrimary) => void = () => undefined;
  let died: () => void = () => undefined;
  const answer = new Promise<Collected>((resolve) => {
    heard = (message) => {
      if (message.kind === 'collected' && message.id === id) resolve(message.metrics);
    };
    died = () => resolve([]);
    worker.on('message', heard);
    worker.on('exit', died);
    tell(worker, { kind: 'collect', id });
  });
  try {
    return await within(COLLECT_WITHIN_MS, `worker ${worker.id}`, answer);
  } finally {
    worker.off('message', heard);
    worker.off('exit', died);
  }
}

function tell(worker: Process, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message);
}
