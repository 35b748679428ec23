import { describe, expect, it } from 'vitest';
import type { CommandSystem, System } from '../model/system.ts';
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

  it('are not up at once with a service beside each that has a port of its own', () => {
    const prices = { ...server(8081), name: 'prices', replicas: undefined, variable: 'PRICES_URL' };
    const shop = (port: number): System => ({ ...server(port), services: [prices] });
    expect(canBeSideBySide([shop(8080), shop(8090)], { name: 'local' })).toBe(false);
  });
});
