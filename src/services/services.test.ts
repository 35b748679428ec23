import { describe, expect, test } from 'vitest';
import { balancedBy } from '../model/system.ts';
import type { HostedTopology, Topology } from '../model/plan.ts';
import { defaultApp } from '../scenarios/schema/app-settings.ts';
import { readNotifierSettings, readSettings, shardsIn } from '../target-app/settings.ts';
import { copiesOf, plainText, type Place, type Service, type Variables, variablesOf } from './service.ts';
import { catalogue } from './catalogue.ts';
import { link } from './link.ts';
import { postgres } from './postgres/postgres.ts';
import { balancerOf, deployedOf, storesOf, testedOf } from './system.ts';

const topology: Topology = {
  kind: 'app',
  app: {
    cache: {
      strategy: 'xfetch',
      ttlMs: 1_500,
      jitter: 0.1,
      lockTimeoutMs: 250,
      beta: 1.5,
      onWrite: 'write-through',
      localSize: 10,
      localTtlMs: 50,
      check: 0.5,
    },
    feed: 'n+1',
    graphql: 'loader',
    sharding: 'none',
    pages: 'keyset',
    likes: { strategy: 'sharded', shards: 8 },
    notifications: { by: 'in-process', acks: 'none', inbox: 'table', mailTimeMs: 200, order: 'outbox', gapMs: 100 },
    summaries: 'tables',
    pool: { size: 7, queueLimit: 0, timeoutMs: 900, leakEvery: 10, reclaimAfterMs: 2_000 },
    reads: { from: 'after-own-write', ownWriteMs: 700, lagMs: 300 },
    connections: 'per-request',
    queryCostMs: 100,
    queryCpuRows: 5_000,
    workers: 2,
    titleIndex: true,
  },
  hasRedis: true,
  replicas: 3,
  limits: { cpu: undefined, memoryBytes: undefined },
  slowReplicaMs: 0,
  autoscale: undefined,
  rollout: undefined,
  balancer: balancedBy('round-robin'),
  data: { users: 12, todos: 345 },
  freshData: true,
  serverTiming: false,
};

const own = {
  environment: { API_KEY: 'key-of-the-user' },
  readyPath: '/health',
  readyLimitMs: 5_000,
  metricsPath: undefined,
  counters: {},
  balancer: undefined,
  limits: { cpu: undefined, memoryBytes: undefined },
  replicas: 2,
};
const command: HostedTopology = {
  ...own,
  kind: 'command',
  command: 'node server.js {port}',
  folder: '/shop',
  port: undefined,
};
const image: HostedTopology = { ...own, kind: 'image', image: 'shop:1', args: undefined, port: 8080 };

const secret = 'a-password';
const place: Place = {
  copy: { name: 'copy-1', number: 1, of: 1 },
  host: '0.0.0.0',
  port: 4000,
  folder: '/files',
  data: '/data',
  secret: () => secret,
  copiesOf: () => [
    { host: 'app-1', port: 3000 },
    { host: 'app-2', port: 3000 },
  ],
  addressOf: (name) => ({ host: name, port: 5432 }),
  // Its stores by their names; what uses another service is told of it by a test of its own.
  reached: (used) =>
    storesOf([topology])
      .find(({ name }) => name === used)
      ?.reachedBy({ host: used, port: 4000, copies: [], secret: () => secret }) ?? {},
  ports: {},
  lingerMs: 0,
};

const platform = { dealsRequests: false };
const inFront = balancerOf(topology, platform);
const services = [
  ...storesOf([topology]),
  link(postgres, postgres),
  testedOf(topology),
  ...(inFront === undefined ? [] : [inFront]),
];
const entries = catalogue.map(({ name, copies, ...entry }) =>
  entry.describe(
    { kind: 'entry', name, entry: name, replicas: copies === 'one' ? undefined : 2, limits: own.limits },
    topology,
  ),
);
const all: readonly Service[] = [...services, ...[command, image].map(testedOf), ...entries];

/** Everything that a service shows to whoever looks at its process, its container or its files. */
function shown(service: Service): readonly string[] {
  const variables = { ...service.environment(place), ...service.image?.environment?.(place) };
  return [
    ...(service.image?.args(place) ?? []),
    ...(service.image?.prepareArgs?.(place) ?? []),
    ...plain(Object.values(variables)),
    ...plain(service.files(place).map(({ text }) => text)),
    ...plain(Object.values(service.reachedBy({ ...place, copies: [place] }))),
  ];
}

function plain(texts: readonly Variables[string][]): readonly string[] {
  return texts.filter((text) => typeof text === 'string');
}

describe.each(all.map((service) => [service.name, service] as const))('the service %s', (_, service) => {
  test('has a name that a network can use, and so have its copies', () => {
    const names = [service.name, ...copiesOf(service).map(({ name }) => name)];
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,62}$/);
  });

  test('can be run by some platform', () => {
    expect(service.program ?? service.image).toBeDefined();
  });

  test('shows no secret', () => {
    for (const text of shown(service)) expect(text).not.toMatch(/a-password|key-of-the-user/);
  });

  test('names only services that there are', () => {
    const names = services.map(({ name }) => name);
    for (const name of [...service.uses, ...service.fronts]) expect(names).toContain(name);
  });

  test('gives a sign of readiness to processes and to containers', () => {
    const { log, http, command: question } = service.ready;
    if (service.program) expect(log ?? http).toBeDefined();
    if (service.image) expect(http ?? question).toBeDefined();
  });
});

const environmentOfApp = (wanted: Topology, at: Partial<Place> = {}): Record<string, string> => {
  const variables = variablesOf(testedOf(wanted), { ...place, ...at });
  return Object.fromEntries(Object.entries(variables).map(([name, text]) => [name, plainText(text)]));
};

test('every setting of a topology reaches the application as it was meant', () => {
  // By the application's own reading: the two sides cannot drift apart.
  expect(readSettings(environmentOfApp(topology, { port: 3000 }))).toMatchObject({
    PORT: 3000,
    HOST: '0.0.0.0',
    REPLICA_NAME: 'copy-1',
    DATABASE_URL: `postgres://scale_lab:${secret}@postgres:4000/postgres`,
    REDIS_URL: `redis://:${secret}@redis:4000/0`,
    CACHE_STRATEGY: 'xfetch',
    CACHE_TTL_MS: 1_500,
    CACHE_TTL_JITTER: 0.1,
    CACHE_LOCK_TIMEOUT_MS: 250,
    CACHE_XFETCH_BETA: 1.5,
    CACHE_ON_WRITE: 'write-through',
    CACHE_LOCAL_SIZE: 10,
    CACHE_LOCAL_TTL_MS: 50,
    CACHE_CHECK: 0.5,
    FEED_STRATEGY: 'n+1',
    NOTIFICATIONS_BY: 'in-process',
    NOTIFICATIONS_ACKS: 'none',
    NOTIFICATIONS_INBOX: 'table',
    NOTIFICATIONS_MAIL_TIME_MS: 200,
    NOTIFICATIONS_ORDER: 'outbox',
    NOTIFICATIONS_GAP_MS: 100,
    GRAPHQL: 'loader',
    READS_FROM: 'after-own-write',
    READS_OWN_WRITE_MS: 700,
    READS_LAG_MS: 300,
    SHARDING: 'none',
    CONNECTIONS: 'per-request',
    SUMMARIES: 'tables',
    POOL_SIZE: 7,
    POOL_QUEUE_LIMIT: 0,
    POOL_TIMEOUT_MS: 900,
    POOL_LEAK_EVERY: 10,
    POOL_RECLAIM_AFTER_MS: 2_000,
    QUERY_COST_MS: 100,
    QUERY_CPU_ROWS: 5_000,
    SEED_USERS: 12,
    SEED_TODOS: 345,
    SEED_ALWAYS: true,
  });
});

test('the last of several replicas is the slow one, and one alone is not', () => {
  const slow = { ...topology, slowReplicaMs: 50 };
  const costOf = (number: number, of: number): string | undefined =>
    environmentOfApp(slow, { copy: { name: 'app', number, of } }).QUERY_COST_MS;
  expect([costOf(1, 3), costOf(2, 3), costOf(3, 3), costOf(1, 1)]).toEqual(['100', '100', '150', '100']);
});

test('an app without a cache does not use Redis', () => {
  const cacheless = {
    ...topology,
    app: { ...topology.app, cache: { ...topology.app.cache, strategy: 'none' as const } },
  };
  expect(testedOf(cacheless).uses).toEqual(['postgres']);
  expect(testedOf(topology).uses).toEqual(['postgres', 'redis']);
});

test('nginx stands in front of several replicas, and where the platform deals requests out only if a balancer is named', () => {
  const names = (wanted: Topology | HostedTopology, dealsRequests: boolean): string | undefined =>
    balancerOf(wanted, { dealsRequests })?.name;
  expect(names(topology, true)).toBe('nginx');
  expect(names({ ...topology, replicas: 1 }, false)).toBeUndefined();
  expect(names({ ...topology, balancer: undefined }, false)).toBe('nginx');
  expect(names({ ...topology, balancer: undefined }, true)).toBeUndefined();
});

test('nginx stands in front of one replica where an act adds others', () => {
  const scaling = { kind: 'scale', name: 'scale-app', service: 'app', atMs: 1000 } as const;
  const nameAt = (to: number): string | undefined =>
    balancerOf({ ...topology, replicas: 1, acts: [{ ...scaling, to }] }, platform)?.name;
  expect(nameAt(2)).toBe('nginx');
  expect(nameAt(1)).toBeUndefined();
});

test('Redis is flushed with its password, which is no part of the script', () => {
  const script = storesOf([topology]).flatMap(({ flush }) => flush?.(place) ?? []);
  expect(script).toEqual([expect.stringContaining('FLUSHALL')]);
  expect(script.join()).not.toContain(place.secret('password'));
});

test('PgBouncer is told where PostgreSQL is, keeps few connections to it, and has a password of its own', () => {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const use = { kind: 'entry', name: 'pooler', entry: 'pgbouncer', replicas: undefined, limits } as const;
  const [pooler] = deployedOf({ ...topology, services: [use] }, platform);
  const files = (pooler?.files({ ...place, secret: () => 'for-clients' }) ?? []).map(({ text }) => plainText(text));
  expect(files).toEqual([
    expect.stringMatching(/^postgres = host=postgres port=4000 dbname=postgres user=scale_lab password='a-password'$/m),
    '"scale_lab" "for-clients"\n',
  ]);
  expect(files[0]).toContain('pool_mode = transaction');
  const reached = pooler?.reachedBy({ host: 'pooler', port: 6432, copies: [], secret: () => 'for-clients' }) ?? {};
  expect(Object.entries(reached).map(([name, text]) => [name, plainText(text)])).toEqual([
    ['POOLER_URL', 'postgres://scale_lab:for-clients@pooler:6432/postgres'],
  ]);
});

test('a shard is a PostgreSQL under its own name, which the app finds by that', () => {
  const shards = ['far-north', 'south'].map((name) => {
    return {
      kind: 'entry',
      name,
      entry: 'shard',
      replicas: undefined,
      limits: { cpu: 0.5, memoryBytes: undefined },
    } as const;
  });
  const system: Topology = {
    ...topology,
    app: {
      ...topology.app,
      sharding: 'modulo',
      graphql: 'off',
      notifications: defaultApp.notifications,
      reads: defaultApp.reads,
    },
    services: shards,
  };
  expect(storesOf([system]).map(({ name, limits }) => [name, limits.cpu])).toEqual([
    ['postgres', undefined],
    ['redis', undefined],
    ['far-north', 0.5],
    ['south', 0.5],
  ]);
  expect(deployedOf(system, platform).map(({ name }) => name)).toEqual(['app', 'nginx']);
  const reached = (used: string): Variables =>
    storesOf([system])
      .find(({ name }) => name === used)
      ?.reachedBy({ host: used, port: 5432, copies: [], secret: () => secret }) ?? {};
  expect(shardsIn(readSettings(environmentOfApp(system, { reached })))).toEqual([
    { name: 'far-north', url: `postgres://scale_lab:${secret}@far-north:5432/postgres` },
    { name: 'south', url: `postgres://scale_lab:${secret}@south:5432/postgres` },
  ]);
});

test('a standby is told where its primary is, and each of them is told to the app', () => {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const use = { kind: 'entry', name: 'copy', entry: 'standby', replicas: 2, limits } as const;
  const deployed = deployedOf({ ...topology, replicas: 1, services: [use] }, platform);
  expect(deployed.map(({ name }) => name)).toEqual(['copy', 'app']);
  const [standby] = deployed;
  const told = standby === undefined ? {} : variablesOf(standby, place);
  expect(told).toMatchObject({
    PGHOST: 'postgres',
    PGPORT: '4000',
    PGUSER: 'scale_lab',
    PGPASSWORD: { secret: 'a-password' },
  });
  expect(standby?.image?.args(place)).toEqual(expect.arrayContaining(['/data', 'recovery_min_apply_delay=300']));
  const copies = ['copy-1', 'copy-2'].map((host) => ({ host, port: 5432 }));
  const reached = standby?.reachedBy({ host: 'copy', port: 5432, copies, secret: () => '' });
  expect(reached).toEqual({ STANDBYS: 'copy-1:5432,copy-2:5432' });
  expect(environmentOfApp(topology)).not.toHaveProperty('STANDBYS');
  expect(readSettings({ ...environmentOfApp(topology), STANDBYS: 'copy-1:5432,copy-2:5432' }).STANDBYS).toEqual([
    'copy-1:5432',
    'copy-2:5432',
  ]);
});

test('nginx is told the replicas that it fronts', () => {
  const [configuration] = inFront?.files(place) ?? [];
  expect(configuration?.text).toContain('    server app-1:3000;\n    server app-2:3000;\n');
});

test('what runs beside is started before what uses it, and is reached through a balancer where there are several', () => {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const notifier = { kind: 'entry', name: 'mailer', entry: 'notifier', replicas: 2, limits } as const;
  const second = { ...command, name: 'prices', variable: 'PRICES_URL', replicas: 1 };
  const beside = { ...topology, services: [notifier, second] };
  const names = (dealsRequests: boolean) => deployedOf(beside, { dealsRequests }).map(({ name }) => name);
  expect(names(false)).toEqual(['mailer', 'mailer-balancer', 'prices', 'app', 'nginx']);
  expect(names(true)).toEqual(['mailer', 'prices', 'app', 'nginx']);
  expect(testedOf(beside).uses).toEqual(['postgres', 'redis', 'mailer', 'prices']);
});

test('a link stands between what is tested and what it uses, and leads to a balancer where there is one', () => {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const notifier = { kind: 'entry', name: 'mailer', entry: 'notifier', replicas: 2, limits } as const;
  const linked = { ...topology, services: [notifier], links: ['postgres', 'mailer'] };
  const links = (dealsRequests: boolean) =>
    deployedOf(linked, { dealsRequests }).flatMap(({ name, role, fronts, image }) =>
      role === 'link' ? [[name, ...fronts, ...(image?.args(place) ?? [])].join(' ')] : [],
    );
  expect(links(false)).toEqual([
    'postgres-link postgres link.mjs postgres=4000:postgres:5432',
    'mailer-link mailer-balancer link.mjs mailer=4000:mailer-balancer:5432',
  ]);
  expect(links(true)[1]).toBe('mailer-link mailer link.mjs mailer=4000:mailer:5432');
  const names = deployedOf(linked, platform).map(({ name }) => name);
  expect(names).toEqual(['mailer', 'mailer-balancer', 'postgres-link', 'mailer-link', 'app', 'nginx']);
});

test('the notifier is told what the app is told of notifications, and reaches their broker and the database', () => {
  const { limits } = own;
  const mailer = { kind: 'entry', name: 'mailer', entry: 'notifier', replicas: 1, limits } as const;
  const broker = { kind: 'entry', name: 'broker', entry: 'rabbitmq', replicas: undefined, limits } as const;
  const notifierIn = (wanted: Topology | HostedTopology): Service => {
    const found = deployedOf({ ...wanted, services: [mailer, broker] }, platform).find(({ name }) => name === 'mailer');
    if (found === undefined) throw new Error('no mailer');
    return found;
  };
  const by = (way: 'http' | 'rabbitmq'): Topology => ({
    ...topology,
    app: { ...topology.app, notifications: { ...topology.app.notifications, by: way } },
  });
  expect(notifierIn(by('http')).uses).toEqual(['postgres']);
  expect(notifierIn(by('rabbitmq')).uses).toEqual(['postgres', 'broker']);
  expect(notifierIn(command).uses).toEqual([]);
  const told = Object.fromEntries(
    Object.entries(notifierIn(by('rabbitmq')).environment(place)).map(([name, text]) => [name, plainText(text)]),
  );
  expect(readNotifierSettings({ ...told, DATABASE_URL: 'postgres://db', AMQP_URL: 'amqp://broker' })).toMatchObject({
    NOTIFICATIONS_BY: 'rabbitmq',
    NOTIFICATIONS_INBOX: 'table',
    NOTIFICATIONS_MAIL_TIME_MS: 200,
  });
});
