import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { packageFolder } from '../src/machine/package.ts';
import { readRun } from '../src/record/run-folder.ts';
import type { RunRecord } from '../src/record/run-record.ts';
import { spread, table } from './statistics.ts';

const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
const shipped = path.join(packageFolder, 'scenarios.yaml');

/** What a command of the lab has saved, and what it ended with. */
export interface LabRun {
  readonly record: RunRecord;
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
}

/** Runs `scale-lab run`, or another command, with its arguments, and returns what it saved. A failed claim does not matter here. */
export async function runLab(args: readonly string[], file = shipped, command = 'run'): Promise<RunRecord> {
  return (await runToItsEnd([command, '--file', file, ...args])).record;
}

/** Runs a command with its arguments, and returns what came of it. */
export async function runToItsEnd(args: readonly string[]): Promise<LabRun> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-bench-'));
  try {
    const child = spawn(process.execPath, [program, ...args, '--out', folder], { stdio: 'ignore' });
    await once(child, 'exit');
    const [id] = await readdir(folder);
    if (id === undefined) throw new Error(`scale-lab ${args.join(' ')} left no result`);
    return { record: await readRun(path.join(folder, id)), exitCode: child.exitCode };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const of = (record: RunRecord, replicas: number, metric: string): number[] =>
  record.trials.filter((trial) => trial.replicas === replicas).flatMap((trial) => trial.metrics[metric] ?? []);

/** The cached read as the lab runs it: one replica asked directly, two behind nginx. */
export async function benchReplicas(): Promise<string> {
  const record = await runLab([
    'cache-hit',
    '--variant',
    'cache-aside',
    '--replicas',
    '1,2',
    '--rounds',
    '5',
    '--duration',
    '5s',
  ]);
  const rows = [1, 2].map((replicas) => [
    replicas === 1 ? 'one replica, asked directly' : 'two replicas behind nginx',
    spread(of(record, replicas, 'rps')),
    spread(of(record, replicas, 'p50')),
    spread(of(record, replicas, 'p99')),
  ]);
  return [
    '## The cached read: one replica, and two behind nginx',
    `\`scale-lab run cache-hit --variant cache-aside --replicas 1,2 --rounds 5 --duration 5s\`: 50 connections, 5 rounds;
median (lowest to highest). PostgreSQL, Redis, nginx, the replicas and the load generator share ${os.availableParallelism()} cores: a second
replica takes from them what it adds.`,
    table(['what', 'RPS', 'p50 ms', 'p99 ms'], rows),
  ].join('\n\n');
}

/** How long the lab itself takes. */
export async function benchOverhead(): Promise<string> {
  const first: number[] = [];
  for (let count = 0; count < 5; count++) {
    const args = ['cache-hit', '--variant', 'cache-aside', '--replicas', '1', '--warmup', '0s', '--duration', '1s'];
    const record = await runLab(args);
    const [trial] = record.trials;
    if (trial) first.push(Date.parse(trial.measurement.startedAt) - Date.parse(record.startedAt));
  }
  const four: number[] = [];
  for (let count = 0; count < 5; count++) {
    const args = ['cache-hit', '--variant', 'cache-aside', '--replicas', '4', '--warmup', '0s', '--duration', '1s'];
    const record = await runLab(args);
    const [trial] = record.trials;
    if (trial) four.push(Date.parse(trial.measurement.startedAt) - Date.parse(record.startedAt));
  }
  const quick = await runLab(['quickstart']);
  const seconds = (values: readonly number[]): string =>
    spread(
      values.map((ms) => ms / 1000),
      ' s',
    );
  return [
    '## What the lab adds',
    table(
      ['what', 'figure'],
      [
        ['from the command to the first request, one replica', seconds(first)],
        ['from the command to the first request, four replicas behind nginx', seconds(four)],
        ['the quick start, from the command to the last trial saved', `${(quick.wallMs / 1000).toFixed(1)} s`],
        ['of which warm-up and measured time', `${((quick.loadMs / quick.wallMs) * 100).toFixed(0)}%`],
        ['`scale-lab --help` against an empty `node`, ratio', await benchHelp()],
      ],
    ),
  ].join('\n\n');
}

async function timed(args: readonly string[]): Promise<number> {
  const start = performance.now();
  await promisify(execFile)(process.execPath, args);
  return performance.now() - start;
}

async function benchHelp(): Promise<string> {
  const values: number[] = [];
  for (let round = 0; round < 15; round++) {
    const empty = await timed(['-e', '']);
    values.push((await timed([program, '--help'])) / empty);
  }
  return spread(values);
}
