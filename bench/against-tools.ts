import { exec } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { findExecutable } from '../src/machine/executable.ts';
import { packageFolder } from '../src/machine/package.ts';
import type { Measurement } from '../src/model/measurement.ts';
import { formatNumber } from '../src/model/numbers.ts';
import type { Behaviour } from './behaviours.ts';
import type { Server } from './programs.ts';
import { quantile, table } from './statistics.ts';
import { toolConnections, tools, type Tool, type ToolFigures } from './tools.ts';

/** What the load worker said of a behaviour, and what a client of its rate had to see. */
export interface OurFigures {
  readonly behaviour: Behaviour;
  readonly measurement: Measurement;
  readonly expectedMs: Float64Array;
}

const startupMs = 100;
const folder = path.join(packageFolder, 'node_modules', '.bin');
const environment = { ...process.env, PATH: [folder, process.env.PATH].join(path.delimiter) };

/** What every tool that this machine has reports of the same server. */
export async function compareTools(server: Server, ours: readonly OurFigures[]): Promise<string> {
  const found: Tool[] = [];
  const missing: Tool[] = [];
  for (const tool of tools) {
    ((await findExecutable(tool.program, environment)) === undefined ? missing : found).push(tool);
  }
  const rows: (readonly string[])[] = [];
  for (const figures of ours) {
    const { behaviour } = figures;
    if (behaviour.toolDurationMs === undefined) continue;
    rows.push(rowOf(behaviour.name, 'as it had to be', expectedOf(figures)));
    rows.push(rowOf('', 'scale-lab, response time', measuredOf(figures)));
    for (const tool of found) rows.push(rowOf('', `${tool.program}, ${tool.note}`, await ask(tool, server, behaviour)));
  }
  return [
    '### What other tools say of the same server',
    `In the same run, on ${toolConnections} connections. As it had to be: for users who come at that rate whatever the answers do. "Closed" is
a tool without a rate, which asks again as soon as it is answered.${missing.length > 0 ? ` Not installed: ${missing.map(({ program }) => program).join(', ')}.` : ''}`,
    table(['server', 'tool', 'requests/s', 'p50 ms', 'p99 ms', 'max ms'], rows),
  ].join('\n\n');
}

async function ask(tool: Tool, server: Server, behaviour: Behaviour): Promise<ToolFigures> {
  const { path: pathAt, ratePerSecond, toolDurationMs = 0 } = behaviour;
  const url = server.url + pathAt(Date.now() + startupMs);
  const command = tool.command({ url, ratePerSecond, seconds: toolDurationMs / 1000 });
  const { stdout } = await promisify(exec)(command, { env: environment, maxBuffer: 2 ** 26 });
  return tool.read(stdout);
}

function expectedOf({ behaviour: { ratePerSecond }, expectedMs }: OurFigures): ToolFigures {
  const at = (share: number): number => quantile(expectedMs, share);
  return { rps: ratePerSecond, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

function measuredOf({ measurement: { latency, completed, durationMs } }: OurFigures): ToolFigures {
  const [p50Ms, p99Ms, maxMs] = [latency.p50Us / 1000, latency.p99Us / 1000, latency.maxUs / 1000];
  return { rps: (completed / durationMs) * 1000, p50Ms, p99Ms, maxMs };
}

function rowOf(server: string, tool: string, { rps, p50Ms, p99Ms, maxMs }: ToolFigures): readonly string[] {
  return [server, tool, ...[rps, p50Ms, p99Ms, maxMs].map(formatNumber)];
}
