import { describe, expect, it } from 'vitest';
import type { ServiceUsage } from '../platforms/platform.ts';
import { machineOf, summarize } from './usage.ts';

const usage = (service: string, cpuSeconds: number, memoryBytes = 100): ServiceUsage => ({
  service,
  cpuSeconds,
  cpuLimit: undefined,
  throttledSeconds: 0,
  memoryBytes,
  memoryLimitBytes: undefined,
  restarts: 0,
  outOfMemory: false,
  ended: undefined,
});

describe('summarize', () => {
  it('takes each service from its own first sample on, and none that has left', () => {
    const resources = summarize([
      { atMs: 0, services: [usage('postgres', 10), usage('app-old', 1)] },
      { atMs: 1000, services: [usage('postgres', 10.5), usage('app-old', 2), usage('app-new', 3, 900)] },
      { atMs: 3000, services: [usage('postgres', 13), usage('app-new', 4)] },
    ]);
    expect(resources.map(({ service, cpuRatio, memoryPeakBytes }) => [service, cpuRatio, memoryPeakBytes])).toEqual([
      ['postgres', 1, 100],
      ['app-new', 0.5, 900],
    ]);
  });

  it('has nothing to say without samples', () => {
    expect(summarize([])).toEqual([]);
  });
});

describe('machineOf', () => {
  const sample = (atMs: number, busySeconds?: number) => ({ atMs, services: [], busySeconds });

  it('is what everybody used between the first sample and the last', () => {
    expect(machineOf([sample(1000, 50), sample(2000, 51), sample(3000, 53)], 2)).toEqual({ cores: 2, cpuRatio: 1.5 });
  });

  it('knows the cores alone where nobody told of their use, and nothing where they are not known', () => {
    expect(machineOf([sample(0), sample(1000)], 2)).toEqual({ cores: 2 });
    expect(machineOf([sample(0, 5)], 2)).toEqual({ cores: 2 });
    expect(machineOf([sample(0, 5), sample(1000, 6)], undefined)).toBeUndefined();
  });
});
