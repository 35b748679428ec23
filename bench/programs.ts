import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { measurementOf } from '../src/load/measurement.ts';
import { readWorkerMessages } from '../src/load/worker-process.ts';
import { packageFolder } from '../src/machine/package.ts';
import type { OpenLoad } from '../src/model/load-profile.ts';
import type { LoadJob, WorkerResult } from '../src/worker/protocol.ts';

/** A server of the benchmark's own: a Node program that logs a JSON line with the port it listens on. */
export interface Server extends AsyncDisposable {
  readonly url: string;
}

/** Bundles a program of this folder, and returns where it is. */
export async function bundle(name: string): Promise<string> {
  const outfile = path.join(packageFolder, '.cache', `${name}.mjs`);
  const entryPoints = [path.join(packageFolder, 'bench', `${name}.ts`)];
  await build({ entryPoints, outfile, bundle: true, packages: 'external', platform: 'node', format: 'esm' });
  return outfile;
}

async function portOf(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('the server has no standard output');
  for await (const line of createInterface(child.stdout)) {
    const port = /"port":(\d+)/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error('the server ended before it listened');
}

/** Starts a Node program with only these settings in its environment, and waits until it listens. */
export async function startServer(program: string, settings: Readonly<Record<string, string>>): Promise<Server> {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await portOf(child);
  child.stdout.resume();
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** How the load worker is to do a job. */
export interface WorkOptions {
  /** In ms since 1970; left out for as soon as it is ready. */
  readonly startAtMs?: number;
  /** The share of each {@link starvingMs} for which it is stopped, as a machine that is too busy would. */
  readonly pausedShare?: number;
}

const starvingMs = 100;

/** Has the built load worker do a job. */
export async function work(job: LoadJob, { startAtMs, pausedShare = 0 }: WorkOptions = {}): Promise<WorkerResult> {
  const worker = spawn(process.execPath, [path.join(packageFolder, 'dist', 'load-worker.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  worker.stdin.write(`${JSON.stringify(job)}\n`);
  let starving: NodeJS.Timeout | undefined;
  try {
    for await (const message of readWorkerMessages(worker.stdout)) {
      if (message.type === 'ready') worker.stdin.write(`${JSON.stringify({ startAtMs })}\n`);
      if (message.type === 'measuring') starving ??= starve(worker, pausedShare);
      if (message.type === 'result') return message.result;
    }
  } finally {
    clearInterval(starving);
    worker.kill('SIGCONT');
    worker.stdin.end();
  }
  throw new Error('the load worker gave no result');
}

function starve(worker: ChildProcess, pausedShare: number): NodeJS.Timeout | undefined {
  if (pausedShare === 0) return undefined;
  return setInterval(() => {
    worker.kill('SIGSTOP');
    setTimeout(() => worker.kill('SIGCONT'), starvingMs * pausedShare);
  }, starvingMs);
}

/** The shape of an open load. */
export interface OpenShape {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly connections?: number;
  readonly arrivals?: OpenLoad['arrivals'];
  readonly seed?: number;
}

/** Open load at one rate on one path. */
export function openJob(url: string, requestPath: string, shape: OpenShape): LoadJob & { readonly load: OpenLoad } {
  const { ratePerSecond, durationMs, warmupMs, connections = 1000, arrivals = 'even', seed = 1 } = shape;
  return {
    urls: [url],
    load: {
      kind: 'open',
      arrivals,
      warmupMs,
      stages: [{ fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond, durationMs }],
      connections,
      inFlightLimit: 10_000,
      keepAlive: true,
      timeoutMs: 10_000,
      drainMs: 10_000,
    },
    workload: workloadOf(requestPath),
    seed,
    share: { index: 0, of: 1 },
  };
}

function workloadOf(path: string): LoadJob['workload'] {
  return { requests: [{ name: path, method: 'GET', path, weight: 1, headers: {}, check: {} }], keys: {} };
}

/** What came out of one closed load. */
export interface Figures {
  readonly rps: number;
  readonly p99Ms: number;
}

/** One path asked over and over on 50 connections. */
export function closedJob(urls: LoadJob['urls'], requestPath: string, durationMs: number, warmupMs = 1000): LoadJob {
  return {
    urls,
    load: {
      kind: 'closed',
      driver: 'autocannon',
      connections: 50,
      thinkMs: 0,
      warmupMs,
      durationMs,
      timeoutMs: 10_000,
    },
    workload: workloadOf(requestPath),
    seed: 1,
    share: { index: 0, of: 1 },
  };
}

/** What came out of a {@link closedJob} on one address. */
export async function load(url: string, requestPath: string, durationMs: number): Promise<Figures> {
  const result = await work(closedJob([url], requestPath, durationMs));
  const { requests, failed, durationMs: measuredMs, latency } = measurementOf(result);
  if (failed > 0) throw new Error(`${failed} requests to ${url}${requestPath} failed`);
  return { rps: (requests / measuredMs) * 1000, p99Ms: latency.p99Us / 1000 };
}
