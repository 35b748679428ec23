import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { LoadJob, WorkerResult } from '../src/load/job.ts';
import { measurementOf } from '../src/load/measurement.ts';
import { readWorkerMessages } from '../src/load/worker-process.ts';
import { packageFolder } from '../src/package.ts';

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

/** Has the built load worker do a job, from a moment on (ms since 1970), or as soon as it is ready. */
export async function work(job: LoadJob, startAtMs?: number): Promise<WorkerResult> {
  const worker = spawn(process.execPath, [path.join(packageFolder, 'dist', 'load-worker.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  worker.stdin.write(`${JSON.stringify(job)}\n`);
  try {
    for await (const message of readWorkerMessages(worker.stdout)) {
      if (message.type === 'ready') worker.stdin.write(`${JSON.stringify({ startAtMs })}\n`);
      if (message.type === 'result') return message.result;
    }
  } finally {
    worker.stdin.end();
  }
  throw new Error('the load worker gave no result');
}

/** What came out of one closed load. */
export interface Figures {
  readonly rps: number;
  readonly p99Ms: number;
}

/** One path asked over and over on 50 connections. */
export function closedJob(urls: readonly string[], requestPath: string, durationMs: number, warmupMs = 1000): LoadJob {
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
    workload: {
      requests: [{ name: requestPath, method: 'GET', path: requestPath, weight: 1, headers: {}, check: {} }],
      keys: {},
    },
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
