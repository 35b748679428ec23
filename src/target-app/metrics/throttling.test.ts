import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { readMetric } from '../testing/metric.ts';
import { watchThrottling } from './throttling.ts';

const NAME = 'container_cpu_throttled_seconds_total';
const V2_STAT = (usec: number): string =>
  `usage_usec 91000\nuser_usec 60000\nsystem_usec 31000\nnr_periods 9\nnr_throttled 4\nthrottled_usec ${usec}\nnr_bursts 0\n`;
const V1_STAT = (ns: number): string => `nr_periods 9\nnr_throttled 4\nthrottled_time ${ns}\nnr_bursts 0\n`;

let cgroups: string;

beforeEach(() => {
  cgroups = mkdtempSync(join(tmpdir(), 'cgroups-'));
});
afterEach(() => rmSync(cgroups, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cgroups, name)), { recursive: true });
    writeFileSync(join(cgroups, name), text);
  }
}

function watched(): () => Promise<number | undefined> {
  const registry = new Registry();
  watchThrottling(registry, cgroups);
  return async () => readMetric(await registry.metrics(), NAME);
}

it('tells the throttled time of a container under control groups of version 2, up to date', async () => {
  write({ 'cpu.max': '20000 100000\n', 'cpu.stat': V2_STAT(1_500_000) });
  const told = watched();
  expect(await told()).toBe(1.5);
  write({ 'cpu.stat': V2_STAT(4_000_000) });
  expect(await told()).toBe(4);
});

it.each(['cpu', 'cpu,cpuacct'])('and of version 1, in the folder %s', async (folder) => {
  write({ [`${folder}/cpu.cfs_quota_us`]: '20000\n', [`${folder}/cpu.stat`]: V1_STAT(2_500_000_000) });
  expect(await watched()()).toBe(2.5);
});

it('is zero for a limit that was never reached', async () => {
  write({ 'cpu.max': '100000 100000\n', 'cpu.stat': V2_STAT(0) });
  expect(await watched()()).toBe(0);
});

it.each([
  ['there are no control groups', {}],
  ['there is no limit', { 'cpu.max': 'max 100000\n', 'cpu.stat': V2_STAT(0) }],
  ['there is none in version 1', { 'cpu/cpu.cfs_quota_us': '-1\n', 'cpu/cpu.stat': V1_STAT(0) }],
  ['it is the root of all, which has none', { 'cpu.stat': 'usage_usec 91000\nuser_usec 60000\nsystem_usec 31000\n' }],
  ['the kernel does not say what it cost', { 'cpu.max': '20000 100000\n', 'cpu.stat': 'usage_usec 91000\n' }],
])('is left out where %s', async (_, files) => {
  write(files);
  expect(await watched()()).toBeUndefined();
});

it('stays what it was where the file can no longer be read', async () => {
  write({ 'cpu.max': '20000 100000\n', 'cpu.stat': V2_STAT(1_500_000) });
  const told = watched();
  expect(await told()).toBe(1.5);
  rmSync(join(cgroups, 'cpu.stat'));
  expect(await told()).toBe(1.5);
});
