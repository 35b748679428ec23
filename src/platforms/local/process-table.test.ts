import { describe, expect, test } from 'vitest';
import {
  canLookAtProcesses,
  lookAtProcesses,
  parseAuxiliaryVector,
  parseProc,
  parsePs,
  processesByPs,
} from './process-table.ts';

describe('Linux', () => {
  test('a process with a difficult name', () => {
    const stat =
      '42 (a ) (b) 1) S 7 42 42 0 -1 4194560 100 0 0 0 250 50 1000 200 20 0 1 0 99 1000000 2560 18446744073709551615';
    const units = { pageBytes: 4096, ticksPerSecond: 100 };
    expect(parseProc(42, stat, '5000 2560 560 1 0 900 0', [], units)).toEqual({
      pid: 42,
      parent: 7,
      // Its own 3 s, and 12 s of children that have ended.
      cpuSeconds: 15,
      ownBytes: 2000 * 4096,
      sharedBytes: 560 * 4096,
    });
  });

  test('to the nanosecond where its threads tell, and in ticks what those had that have ended', () => {
    const stat = '42 (node) S 7 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 99 1000000 2560 18446744073709551615';
    const units = { pageBytes: 4096, ticksPerSecond: 100 };
    const secondsOf = (...threads: readonly string[]) => parseProc(42, stat, '0 0 0', threads, units).cpuSeconds;
    expect(secondsOf('2900000000 1 2\n', '109000500 1 2\n')).toBeCloseTo(3.0090005, 9);
    expect(secondsOf('1900000000 1 2\n')).toBe(3);
  });

  test("the kernel's units", () => {
    const pairs = [33n, 1n, 6n, 16384n, 17n, 250n, 0n, 0n];
    const bytes = Buffer.alloc(pairs.length * 8);
    for (const [index, value] of pairs.entries()) bytes.writeBigUInt64LE(value, index * 8);
    expect(parseAuxiliaryVector(bytes)).toEqual({ pageBytes: 16384, ticksPerSecond: 250 });
  });
});

describe('ps', () => {
  test('as macOS prints it: minutes are not cut off at an hour', () => {
    const printed = '    1     0   6:55.25  21264\n  733     1   0:00.03   1808\n90210   733 125:01.50 118784\n';
    expect(parsePs(printed)).toEqual([
      { pid: 1, parent: 0, cpuSeconds: 415.25, ownBytes: 21264 * 1024, sharedBytes: 0 },
      { pid: 733, parent: 1, cpuSeconds: 0.03, ownBytes: 1808 * 1024, sharedBytes: 0 },
      { pid: 90210, parent: 733, cpuSeconds: 7501.5, ownBytes: 118784 * 1024, sharedBytes: 0 },
    ]);
  });

  test('as Linux prints it, with hours and days', () => {
    const [process] = parsePs('      1       0 2-03:04:05  1024\n');
    expect(process?.cpuSeconds).toBe(2 * 86_400 + 3 * 3600 + 4 * 60 + 5);
  });

  test('lines of another kind are left out', () => {
    expect(parsePs('  PID  PPID      TIME    RSS\n\n')).toEqual([]);
  });

  test('of this machine understands what it is asked', async (context) => {
    const processes = await processesByPs().catch(() => undefined);
    if (processes === undefined) context.skip('there is no ps');
    const own = processes?.find(({ pid }) => pid === process.pid);
    expect(own?.parent).toBe(process.ppid);
    expect(own?.ownBytes).toBeGreaterThan(2 ** 20);
  });
});

test('this process is among those of this machine, unless it is passed over', async (context) => {
  if (!canLookAtProcesses) context.skip('nobody knows how to look at the processes of this system');
  const { processes } = await lookAtProcesses(new Set());
  const own = processes.find(({ pid }) => pid === process.pid);
  expect(own?.parent).toBe(process.ppid);
  expect(own?.cpuSeconds).toBeGreaterThan(0);
  expect(own?.ownBytes).toBeGreaterThan(2 ** 20);
  const again = await lookAtProcesses(new Set([process.pid, 2 ** 30]));
  if (process.platform !== 'linux') return;
  expect(again.processes.map(({ pid }) => pid)).not.toContain(process.pid);
  expect(again.passedOver).toEqual([process.pid]);
});
