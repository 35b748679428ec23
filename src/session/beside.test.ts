import { describe, expect, it } from 'vitest';
import type { HostedTopology } from '../model/plan.ts';
import type { CommandSystem, ServiceUse } from '../model/system.ts';
import { endedBeside, servicesIn } from './beside.ts';

const limits = { cpu: undefined, memoryBytes: undefined };
const server: Omit<CommandSystem, 'services'> = {
  kind: 'command',
  command: 'serve',
  folder: '/srv',
  port: undefined,
  environment: {},
  readyPath: undefined,
  readyLimitMs: 1000,
  metricsPath: undefined,
  counters: {},
  balancer: undefined,
  limits,
};
const mailer: ServiceUse = { kind: 'entry', name: 'mailer', entry: 'notifier', replicas: 2, limits };
const prices: ServiceUse = { ...server, name: 'target-prices', replicas: undefined, variable: 'PRICES_URL' };
const shop: HostedTopology = { ...server, replicas: 2, services: [mailer, prices] };

describe('services beside what is tested', () => {
  it('are known with their copies', () => {
    expect(servicesIn(shop)).toEqual([
      { name: 'mailer', copies: 2 },
      { name: 'target-prices', copies: 1 },
    ]);
    expect(servicesIn({ kind: 'url', url: 'http://127.0.0.1:1' })).toEqual([]);
  });

  it('lose copies by an act on them that ends some', () => {
    const kill = { kind: 'kill', name: 'k', copies: [1], atMs: 0, restart: undefined } as const;
    const pause = { kind: 'pause', name: 'p', copies: [1], atMs: 0, lastsMs: undefined } as const;
    const acts = [
      { ...kill, service: 'mailer' },
      { ...pause, service: 'target-prices' },
      { ...kill, service: 'target' },
    ];
    expect(endedBeside({ ...shop, acts })).toEqual(['mailer']);
  });
});
