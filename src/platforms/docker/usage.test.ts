import { expect, test } from 'vitest';
import { readStats } from './usage.ts';

const read = '2026-11-22T00:09:16.008981390Z';
const cpu_stats = { cpu_usage: { total_usage: 2_500_000_000 }, throttling_data: { throttled_time: 500_000_000 } };

test('memory is told without idle file cache, under cgroup v1 and v2', () => {
  const v1 = { usage: 1000, stats: { total_inactive_file: 300, inactive_file: 1 } };
  const v2 = { usage: 1000, stats: { inactive_file: 200 } };
  expect(readStats({ read, cpu_stats, memory_stats: v1 }).memoryBytes).toBe(700);
  expect(readStats({ read, cpu_stats, memory_stats: v2 }).memoryBytes).toBe(800);
});

test('times are seconds', () => {
  expect(readStats({ read, cpu_stats, memory_stats: {} })).toEqual({
    atMs: Date.UTC(2026, 10, 22, 0, 9, 16, 8),
    cpuSeconds: 2.5,
    throttledSeconds: 0.5,
    memoryBytes: 0,
  });
});
