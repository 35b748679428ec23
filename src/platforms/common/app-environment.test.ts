import { expect, test } from 'vitest';
import { balancedBy } from '../../model/system.ts';
import { inheritedEnvironment } from '../../machine/environment.ts';
import type { Topology } from '../../model/plan.ts';
import { readSettings } from '../../target-app/settings.ts';
import { appEnvironment } from './app-environment.ts';

const topology: Topology = {
  kind: 'app',
  app: {
    cache: { strategy: 'xfetch', ttlMs: 1_500, jitter: 0.1, lockTimeoutMs: 250, beta: 1.5 },
    feed: 'n+1',
    pool: { size: 7, queueLimit: 0, timeoutMs: 900 },
    connections: 'per-request',
    queryCostMs: 100,
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
const backends = { databaseUrl: 'postgres://u:p@127.0.0.1:1/postgres', redisUrl: 'redis://:p@127.0.0.1:2/0' };

test('every setting of a topology reaches the application as it was meant', () => {
  const environment = appEnvironment(topology, backends, { replica: 'app-1', host: '0.0.0.0', port: 3000 });
  // By the application's own reading: the two sides cannot drift apart.
  expect(readSettings(environment)).toMatchObject({
    PORT: 3000,
    HOST: '0.0.0.0',
    REPLICA_NAME: 'app-1',
    DATABASE_URL: backends.databaseUrl,
    REDIS_URL: backends.redisUrl,
    CACHE_STRATEGY: 'xfetch',
    CACHE_TTL_MS: 1_500,
    CACHE_TTL_JITTER: 0.1,
    CACHE_LOCK_TIMEOUT_MS: 250,
    CACHE_XFETCH_BETA: 1.5,
    FEED_STRATEGY: 'n+1',
    CONNECTIONS: 'per-request',
    POOL_SIZE: 7,
    POOL_QUEUE_LIMIT: 0,
    POOL_TIMEOUT_MS: 900,
    QUERY_COST_MS: 100,
    WORKERS: 2,
    TITLE_INDEX: true,
    SERVER_TIMING: 'off',
    SEED_USERS: 12,
    SEED_TODOS: 345,
    SEED_ALWAYS: true,
  });
});

test('an application without a cache is told of no Redis, also where there is one', () => {
  const { app } = topology;
  const none = { ...topology, app: { ...app, cache: { ...app.cache, strategy: 'none' } } } as const;
  const environment = appEnvironment(none, backends, { replica: 'app-1', host: '0.0.0.0', port: 3000 });
  expect(environment).not.toHaveProperty('REDIS_URL');
  expect(readSettings(environment)).toMatchObject({ CACHE_STRATEGY: 'none', DATABASE_URL: backends.databaseUrl });
});

test('services inherit nothing that would change how they behave', () => {
  expect(inheritedEnvironment({ PATH: '/bin', NODE_OPTIONS: '--inspect', PGPORT: '1', HOME: undefined })).toEqual({
    LC_ALL: 'C',
    PATH: '/bin',
  });
});
