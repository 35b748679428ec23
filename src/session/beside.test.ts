import { describe, expect, it } from 'vitest';
import { service } from '../../test/fakes/evidence.ts';
import { beside } from '../../test/fakes/records.ts';
import type { HostedTopology } from '../model/plan.ts';
import type { CommandSystem, ServiceUse } from '../model/system.ts';
import { endedBeside, servicesIn, withServices } from './beside.ts';

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

  it('are known by what they told where the platform names copies itself', () => {
    const told = beside('mailer', [], { lost: [{ replica: 'mailer-7d9c4-9qz', problem: 'it died' }] });
    const [copy] = beside('mailer', [3]).copies;
    const pod = copy === undefined ? [] : [{ ...copy, replica: 'mailer-7d9c4-x2k' }];
    const names = ['target-1', 'mailer-1', 'mailer-7d9c4-x2k', 'mailer-7d9c4-9qz', 'mailer-balancer', 'target-prices'];
    const resources = withServices(
      names.map((name) => service(name, 1)),
      shop,
      { beside: [{ ...told, copies: pod }] },
    );
    expect(resources.map(({ copyOf }) => copyOf)).toEqual([
      undefined,
      'mailer',
      'mailer',
      'mailer',
      undefined,
      'target-prices',
    ]);
  });
});
