import { describe, expect, it } from 'vitest';
import type { CommandSystem } from '../model/system.ts';
import { canBeSideBySide } from './sides.ts';

function server(port: number | undefined): CommandSystem {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const settings = { environment: {}, readyPath: undefined, readyLimitMs: 1000, metricsPath: undefined, counters: {} };
  return { kind: 'command', command: 'serve', folder: '/srv', port, balancer: undefined, limits, ...settings };
}

// How much memory is free differs by machine: what is certain is only when they cannot be.
describe('two systems', () => {
  it('are not up at once on a cluster', () => {
    expect(canBeSideBySide([server(undefined), server(undefined)], { name: 'kubernetes' })).toBe(false);
  });

  it('are not up at once on the same port', () => {
    expect(canBeSideBySide([server(8080), server(8080)], { name: 'local' })).toBe(false);
  });

  it('are not up at once with services on the same port', () => {
    const prices = { ...server(8081), name: 'prices', replicas: 1, variable: 'PRICES_URL' };
    const beside = { ...server(undefined), services: [prices] };
    expect(canBeSideBySide([beside, beside], { name: 'local' })).toBe(false);
  });
});
