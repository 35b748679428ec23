import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { measurementOf } from '../src/load/measurement.ts';
import { findExecutable, nginx, requireExecutable } from '../src/machine/executable.ts';
import { packageFolder } from '../src/machine/package.ts';
import { drawPort } from '../src/machine/ports.ts';
import { closedJob, work, type Server } from './programs.ts';
import { ratios, spread, table } from './statistics.ts';

const rounds = 7;
const seconds = 3;
const connections = 50;

/** The lab's own closed loop against autocannon's command and wrk, each on one core, on an nginx that has another one. */
export async function benchClient(): Promise<string> {
  await using server = await startNginx();
  const wrk = await findExecutable('wrk', process.env);
  const sides = [
    { name: "autocannon's command", run: async () => runAutocannon(server.url), rps: [] as number[] },
    { name: 'the lab, `driver: lab`', run: async () => runLab(server.url), rps: [] as number[] },
    ...(wrk === undefined ? [] : [{ name: 'wrk, one thread', run: async () => runWrk(wrk, server.url), rps: [] }]),
  ];
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) side.rps.push(await side.run());
  }
  const against = (rps: readonly number[], other: readonly number[] | undefined): string =>
    other === undefined ? 'not installed' : spread(ratios(rps, other));
  const rows = sides.map(({ name, rps }) => [
    name,
    spread(rps),
    against(rps, sides[0]?.rps),
    against(rps, sides[2]?.rps),
  ]);
  return [
    '## The load generator: how many requests one core sends',
    `${rounds} rounds in turn, ${connections} connections, ${seconds} s each, against nginx with one worker and a constant answer; median
(lowest to highest). The lab checks, times and records every answer.`,
    table(['what', 'RPS', 'against autocannon', 'against wrk'], rows),
  ].join('\n\n');
}

async function runLab(url: string): Promise<number> {
  const { load, ...job } = closedJob([url], '/', seconds * 1000);
  if (load.kind !== 'closed') throw new Error('a closed load was expected');
  const { requests, failed, durationMs } = measurementOf(await work({ ...job, load: { ...load, driver: 'lab' } }));
  if (failed > 0) throw new Error(`${failed} requests failed`);
  return (requests / durationMs) * 1000;
}

async function runAutocannon(url: string): Promise<number> {
  const command = path.join(packageFolder, 'node_modules', '.bin', 'autocannon');
  const { stdout } = await promisify(execFile)(command, ['-j', '-c', `${connections}`, '-d', `${seconds}`, url]);
  return figureIn(/"requests":\{"average":([\d.]+)/, stdout);
}

async function runWrk(command: string, url: string): Promise<number> {
  const { stdout } = await promisify(execFile)(command, ['-t', '1', '-c', `${connections}`, '-d', `${seconds}s`, url]);
  return figureIn(/Requests\/sec:\s*([\d.]+)/, stdout);
}

function figureIn(pattern: RegExp, text: string): number {
  const figure = pattern.exec(text)?.[1];
  if (figure === undefined) throw new Error(`no figure in: ${text}`);
  return Number(figure);
}

async function startNginx(): Promise<Server> {
  const command = await requireExecutable(nginx, process.env);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-bench-'));
  await chmod(folder, 0o755);
  const port = await drawPort();
  const url = `http://127.0.0.1:${port}`;
  await writeFile(path.join(folder, 'nginx.conf'), constantAnswer(port));
  const child = spawn(command, ['-p', folder, '-c', path.join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const answers = async (): Promise<boolean> =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (child.exitCode !== null) throw new Error('nginx did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

function constantAnswer(port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
  return `daemon off;
worker_processes 1;
error_log stderr;
pid nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 1000000000;
    location / { return 200 "hello world"; }
  }
}
`;
}
