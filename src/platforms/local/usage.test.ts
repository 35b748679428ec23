import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { ServiceUsage } from '../../model/running-system.ts';
import { canLookAtProcesses } from './process-table.ts';
import { RunContext } from './run-context.ts';
import type { LocalProcess } from './process.ts';
import { type Metered, UsageMeter } from './usage.ts';

const { signal } = new AbortController();
const folder = mkdtempSync(path.join(tmpdir(), 'usage-'));
const run = new RunContext(folder, { PATH: process.env.PATH ?? '' }, () => undefined);

beforeEach((context) => {
  if (!canLookAtProcesses) context.skip('nobody knows how to look at the processes of this system');
});

afterAll(async () => {
  await run.stopAll();
  rmSync(folder, { recursive: true });
});

// Burns CPU for a while, and says so when it has.
const burn = 'while (process.cpuUsage().user < 300_000); console.log("burnt");';
const stay = 'setInterval(() => 0, 1000);';
// It ends with its parent, which no longer can end it.
const stayWithParent = 'process.stdin.resume().on("end", () => process.exit());';

function parentOf(program: string, options: string): string {
  return `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(program)}], ${options})`;
}

const programs = {
  itself: burn + stay,
  // In a group of its own, as PostgreSQL's are.
  child: parentOf(burn + stayWithParent, "{ detached: true, stdio: ['pipe', 'inherit', 'inherit'] }"),
  'child that ended': `${parentOf(burn, "{ stdio: 'ignore' }")}.on('exit', () => console.log('burnt')); ${stay}`,
  idle: `console.log("burnt"); ${stay}`,
};

async function start(name: keyof typeof programs): Promise<LocalProcess> {
  const args = ['-e', programs[name]];
  const common = { command: process.execPath, environment: run.environment, folder, graceMs: 0 } as const;
  return run.start({ ...common, service: name, copy: name, name, args, log: `${name}.log` }, signal);
}

function meteredAs(copy: string, process: LocalProcess): Metered {
  return { service: 'app', copy, role: 'tested', process };
}

async function burnt(started: LocalProcess): Promise<void> {
  await started.ready(
    started.logged((log) => log.includes('burnt') || undefined),
    signal,
  );
}

test('what a service burns is counted: by itself, by a child in a group of its own, by a child that has ended', async () => {
  const names = ['itself', 'child', 'child that ended', 'idle'] as const;
  const services = await Promise.all(names.map((name) => start(name)));
  const meter = new UsageMeter(() => services.map((started) => meteredAs(started.name, started)));
  await Promise.all(services.map((service) => burnt(service)));
  const used = await meter.read();
  expect(used.map(({ copy }) => copy)).toEqual(names);
  const seconds = new Map(used.map(({ copy, cpuSeconds }) => [copy, cpuSeconds]));
  for (const name of ['itself', 'child', 'child that ended'])
    expect(seconds.get(name), name).toBeGreaterThan(seconds.get('idle') ?? Infinity);
  for (const { memoryBytes, ended, copy } of used) {
    expect(memoryBytes, copy).toBeGreaterThan(2 ** 20);
    expect(ended, copy).toBeUndefined();
  }
  const later = await meter.read();
  for (const [index, { cpuSeconds }] of later.entries())
    expect(cpuSeconds).toBeGreaterThanOrEqual(used[index]?.cpuSeconds ?? Infinity);
  await run.stop(services);
});

test('a child that comes later belongs to it as well', async () => {
  const service = await start('child');
  const meter = new UsageMeter(() => [meteredAs('child', service)]);
  const before = await meter.read();
  await burnt(service);
  const after = await meter.read();
  expect(after[0]?.cpuSeconds).toBeGreaterThan(before[0]?.cpuSeconds ?? Infinity);
  await run.stop([service]);
});

test('of a service that has ended it is told how, and what it had used', async () => {
  const service = await start('itself');
  const meter = new UsageMeter(() => [meteredAs('app-1', service)]);
  await burnt(service);
  const [before] = await meter.read();
  await run.stop([service]);
  const expected: ServiceUsage | undefined = before && { ...before, ended: 'was killed by SIGKILL' };
  expect(await meter.read()).toEqual([expected]);
});
