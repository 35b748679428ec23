import { describe, expect, it } from 'vitest';
import { ofApp } from '../../test/fakes/evidence.ts';
import type { ServiceUsage } from '../model/running-system.ts';
import { machineOf, summarize } from './usage.ts';

const usage = (copy: string, cpuSeconds: number, memoryBytes = 100): ServiceUsage => ({
  ...(copy === 'postgres' ? { service: 'postgres', copy, role: 'store' } : ofApp(copy)),
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
    expect(resources.map(({ copy, cpuRatio, memoryPeakBytes }) => [copy, cpuRatio, memoryPeakBytes])).toEqual([
      ['postgres', 1, 100],
      ['app-new', 0.5, 900],
    ]);
  });

  it('says how much CPU each used and when, what memory it has at the end, and what it is a copy of', () => {
    const [postgres, app] = summarize([
      { atMs: 1000, services: [usage('postgres', 10), usage('app-1', 1, 900)] },
      { atMs: 3000, services: [usage('postgres', 13), { ...usage('app-1', 1.5, 400), atMs: 2900 }] },
    ]);
    expect(postgres).toMatchObject({
      service: 'postgres',
      copy: 'postgres',
      role: 'store',
      cpu: { seconds: 3, fromMs: 1000, untilMs: 3000 },
    });
    expect(app).toMatchObject({
      service: 'app',
      copy: 'app-1',
      role: 'tested',
      cpu: { seconds: 0.5, fromMs: 1000, untilMs: 2900 },
    });
    expect(app).toMatchObject({ memoryPeakBytes: 900, memoryEndBytes: 400 });
  });

  it('does not know the CPU of one that counted anew', () => {
    const [app] = summarize([
      { atMs: 0, services: [usage('app-1', 10)] },
      { atMs: 1000, services: [usage('app-1', 3)] },
    ]);
    expect(app).toMatchObject({ copy: 'app-1', cpuRatio: 0 });
    expect(app).not.toHaveProperty('cpu');
  });

  it('has nothing to say without samples', () => {
    expect(summarize([])).toEqual([]);
  });
});

describe('machineOf', () => {
  const sample = (atMs: number, busySeconds?: number) => ({ atMs, services: [], busySeconds });

  it('is what everybody used between the first sample and the last', () => {
    expect(machineOf([sample(1000, 50), sample(2000, 51), sample(3000, 53)], { cores: 2 })).toEqual({
      cores: 2,
      cpuRatio: 1.5,
    });
  });

  it('knows the cores alone where nobody told of their use, and nothing where they are not known', () => {
    expect(machineOf([sample(0), sample(1000)], { cores: 2, loadCores: 1 })).toEqual({ cores: 2, loadCores: 1 });
    expect(machineOf([sample(0, 5)], { cores: 2 })).toEqual({ cores: 2 });
    expect(machineOf([sample(0, 5), sample(1000, 6)], {})).toBeUndefined();
  });
});
