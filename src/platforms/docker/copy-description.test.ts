import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Topology } from '../../model/plan.ts';
import { notifier } from '../../services/notifier.ts';
import { defaultApp } from '../../scenarios/schema/app-settings.ts';
import { target } from '../../services/own.ts';
import type { Place, Service } from '../../services/service.ts';
import { balancerOf, storesOf, testedOf } from '../../services/system.ts';
import type { Image } from '../engine/base-images.ts';
import type { ContainerDescription } from './container-settings.ts';
import { askUntil, copyDescription, dataFolder, healthOf, imageOf } from './copy-description.ts';

const topology: Topology = {
  kind: 'app',
  app: {
    ...defaultApp,
    cache: { ...defaultApp.cache, strategy: 'aside', ttlMs: 1_000, lockTimeoutMs: 250 },
    pool: { ...defaultApp.pool, size: 5, queueLimit: 0, timeoutMs: 900 },
  },
  hasRedis: true,
  replicas: 2,
  limits: { cpu: undefined, memoryBytes: undefined },
  slowReplicaMs: 0,
  autoscale: undefined,
  rollout: undefined,
  balancer: undefined,
  data: { users: 1, todos: 1 },
  freshData: false,
  serverTiming: false,
};
const shop = target({
  kind: 'image',
  image: 'shop:1',
  args: undefined,
  port: 8080,
  environment: { API_KEY: 'key-of-the-user' },
  readyPath: undefined,
  readyLimitMs: 5_000,
  metricsPath: undefined,
  counters: {},
  balancer: undefined,
  limits: { cpu: undefined, memoryBytes: undefined },
  replicas: 1,
});

const found: Image = {
  name: 'found:1',
  id: 'sha256:1',
  environment: [],
  volumes: ['/declared'],
  entrypoint: ['own-entrypoint'],
  command: ['own-command'],
};

/** How the first copy of a service of the catalogue is started. */
function described(service: Service): ContainerDescription {
  const at: Place = {
    copy: { name: `${service.name}-1`, number: 1, of: 2 },
    host: '0.0.0.0',
    port: service.port.inside,
    folder: '/run/scale-lab',
    data: dataFolder(imageOf(service)),
    secret: () => 'a-password',
    copiesOf: () => [{ host: 'app-1', port: 3000 }],
    addressOf: () => ({ host: 'postgres', port: 5432 }),
    reached: (used) => ({ [`${used}_URL`]: { secret: `url of ${used}` } }),
    ports: {},
    lingerMs: 0,
  };
  return copyDescription(service, at, found);
}

const named = (name: string): Service => {
  const balancer = balancerOf(topology, { dealsRequests: false });
  const all = [...storesOf([topology]), testedOf(topology), ...(balancer === undefined ? [] : [balancer])];
  const [service] = all.filter((each) => each.name === name);
  if (service === undefined) throw new Error(`${name} is not in the catalogue`);
  return service;
};

describe('a copy of a service', () => {
  test("is started by its image's own entrypoint, behind what the service wants before that", () => {
    const { entrypoint = [], command, user, volumes } = described(named('postgres'));
    expect(entrypoint.slice(0, 2)).toEqual(['sh', '-c']);
    expect(entrypoint[2]).toMatch(/pg_stat_statements[^]*exec "\$@"$/);
    expect(entrypoint.slice(3)).toEqual(['sh', 'own-entrypoint']);
    expect(user).toBe('postgres');
    expect(command.slice(0, 3)).toEqual(['postgres', '-c', 'hba_file=/run/scale-lab/pg_hba.conf']);
    expect(volumes).toEqual(['/var/lib/postgresql', '/var/run/postgresql', '/declared']);
  });

  test('writes its files before its program is started, and has a folder in memory for them', () => {
    const { entrypoint = [], command, environment, writable } = described(named('redis'));
    expect(entrypoint[2]).toMatch(/umask 077; printf .* > '\/run\/scale-lab\/redis\.conf'[^]*exec "\$@"$/);
    expect(entrypoint.slice(3)).toEqual(['sh', 'redis-server']);
    expect(command).toEqual(['/run/scale-lab/redis.conf']);
    expect(environment.SCALE_LAB_FILE_1).toContain('requirepass a-password\n');
    expect(environment.REDISCLI_AUTH).toBe('a-password');
    expect(writable).toEqual(['/tmp', '/run/scale-lab']);
  });

  test('runs by number where the image need not know a name', () => {
    const { user, command, environment } = described(named('nginx'));
    expect(user).toBe('65534:65534');
    expect(command).toEqual(['-p', '/run/nginx', '-c', '/run/scale-lab/nginx.conf']);
    expect(environment.SCALE_LAB_FILE_1).toContain('server app-1:3000;');
  });

  test('is told how the services that it uses are reached', () => {
    const { entrypoint, command, environment } = described(named('app'));
    expect({ entrypoint, command }).toEqual({ entrypoint: undefined, command: ['target-app.mjs', 'serve'] });
    expect(environment).toMatchObject({
      REPLICA_NAME: 'app-1',
      HOST: '0.0.0.0',
      PORT: '3000',
      postgres_URL: 'url of postgres',
      redis_URL: 'url of redis',
    });
  });

  test("of the user's own is started as its image says", () => {
    const { image, entrypoint, command, user, environment, isForeign } = described(shop);
    expect({ image, entrypoint, command, user }).toEqual({
      image: 'found:1',
      entrypoint: undefined,
      command: ['own-command'],
      user: undefined,
    });
    expect(environment).toEqual({ API_KEY: 'key-of-the-user', PORT: '8080' });
    expect(isForeign).toBe(true);
  });

  test("is asked to end as its service says, and one of the user's own as its image does", () => {
    for (const service of ['postgres', 'redis', 'nginx', 'app'].map(named))
      expect(described(service).stopSignal, service.name).toBe(service.stop.signal);
    expect(described(shop).stopSignal).toBeUndefined();
  });

  test('shows no secret in what starts it', () => {
    for (const service of ['postgres', 'redis', 'nginx', 'app'].map(named)) {
      const { entrypoint, command } = described(service);
      expect(JSON.stringify([entrypoint, command]), service.name).not.toMatch(/a-password|url of/);
    }
  });
});

test('the health of what Node.js has to be started for is hardly looked at while something is measured', () => {
  const everyMs = (service: Service, isShown: boolean): number | undefined => healthOf(service, isShown)?.everyMs;
  const limits = { cpu: undefined, memoryBytes: undefined };
  const use = { kind: 'entry', name: 'mailer', entry: 'notifier', replicas: 1, limits } as const;
  const mailer = notifier.describe(use, { kind: 'url', url: '' });
  for (const service of [named('app'), mailer])
    expect([everyMs(service, true), everyMs(service, false)]).toEqual([10_000, 300_000]);
  expect([everyMs(named('redis'), true), everyMs(named('redis'), false)]).toEqual([30_000, 30_000]);
});

test('the health of a copy is asked by the command of its service, by Node.js where that is there, or not at all', () => {
  expect(healthOf(named('redis'), true)?.command).toEqual(named('redis').ready.command);
  const [node, ...args] = healthOf(named('app'), true)?.command ?? [];
  expect(node).toBe('node');
  expect(args.join(' ')).toContain("fetch('http://127.0.0.1:3000/readyz')");
  expect(healthOf(shop, true)).toBeUndefined();
});

test('a service without an image is refused', () => {
  expect(() => imageOf({ name: 'shop', image: undefined })).toThrow('shop is not started as a container');
});

test('a question is asked until the answer is yes, and the version printed then', () => {
  const [command = '', ...args] = askUntil(['sh', '-c', "echo it\\'s | grep -q 's$'"], ['printf', '%s', "it's 1.2"]);
  expect(execFileSync(command, args, { encoding: 'utf8' })).toBe("it's 1.2");
});
