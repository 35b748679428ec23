import { describe, expect, it } from 'vitest';

import { readNotifierSettings, readSettings, SettingsError, shardsIn } from './settings.ts';

const REQUIRED = { DATABASE_URL: 'postgres://localhost/todos' };

function problems(
  environment: Record<string, string>,
  read: (from: typeof environment) => unknown = readSettings,
): string[] {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('have a default for everything but the address of the database', () => {
    expect(readSettings(REQUIRED)).toEqual({
      ...REQUIRED,
      PORT: 3000,
      HOST: '127.0.0.1',
      CACHE_STRATEGY: 'none',
      CACHE_TTL_MS: 60_000,
      CACHE_TTL_JITTER: 0,
      CACHE_LOCK_TIMEOUT_MS: 2000,
      CACHE_XFETCH_BETA: 1,
      CACHE_ON_WRITE: 'delete',
      CACHE_LOCAL_SIZE: 0,
      CACHE_LOCAL_TTL_MS: 1000,
      CACHE_CHECK: 0,
      FEED_STRATEGY: 'join',
      GRAPHQL: 'off',
      SHARDING: 'none',
      SHARD_URLS: {},
      PAGES: 'offset',
      LIKES_STRATEGY: 'one-row',
      LIKES_SHARDS: 64,
      NOTIFICATIONS_ACKS: 'all',
      NOTIFICATIONS_BY: 'http',
      NOTIFICATIONS_INBOX: 'memory',
      NOTIFICATIONS_MAIL_TIME_MS: 0,
      NOTIFICATIONS_ORDER: 'write-first',
      NOTIFICATIONS_GAP_MS: 0,
      READS_FROM: 'primary',
      READS_OWN_WRITE_MS: 1000,
      READS_LAG_MS: 0,
      STANDBYS: [],
      CONNECTIONS: 'pool',
      SUMMARIES: 'tables',
      POOL_SIZE: 10,
      POOL_QUEUE_LIMIT: 1000,
      POOL_TIMEOUT_MS: 5000,
      POOL_LEAK_EVERY: 0,
      POOL_RECLAIM_AFTER_MS: 0,
      QUERY_COST_MS: 0,
      QUERY_CPU_ROWS: 0,
      WORKERS: 1,
      SERVER_TIMING: 'on',
      LINGER_MS: 0,
      GRACE_MS: 10_000,
      LOG_LEVEL: 'info',
      TITLE_INDEX: false,
      SEED_USERS: 100,
      SEED_TODOS: 10_000,
      SEED_ALWAYS: false,
      MAX_BODY_BYTES: 65_536,
    });
  });

  it('are read from text', () => {
    const settings = readSettings({ ...REQUIRED, PORT: '0', CACHE_TTL_JITTER: '0.25', TITLE_INDEX: 'true' });
    expect(settings).toMatchObject({ PORT: 0, CACHE_TTL_JITTER: 0.25, TITLE_INDEX: true });
  });

  it('name every problem at once: what was given and what is accepted', () => {
    expect(
      problems({ PORT: '65536', WORKERS: '1.5', CACHE_STRATEGY: 'magic', TITLE_INDEX: 'yes', REPLICA_NAME: '' }),
    ).toEqual([
      'REPLICA_NAME: got ""; accepted: a text that is not empty (default: the host name)',
      'PORT: got "65536"; accepted: a whole number from 0 to 65535 (default 3000)',
      'DATABASE_URL: not set; accepted: a postgres:// address (required)',
      'CACHE_STRATEGY: got "magic"; accepted: one of none, aside, single-flight, lock, stale-while-revalidate, xfetch (default none)',
      'WORKERS: got "1.5"; accepted: a whole number from 1 to 256 (default 1)',
      'TITLE_INDEX: got "yes"; accepted: true or false (default false)',
      'REDIS_URL: not set; accepted: a redis:// address (required unless CACHE_STRATEGY is none and SUMMARIES is tables)',
    ]);
  });

  it('have the shards in the order of their names, where there is sharding', () => {
    const shards = { SHARD_URL_SOUTH: 'postgres://south/db', SHARD_URL_FAR_NORTH: 'postgres://north/db' };
    expect(shardsIn(readSettings({ ...REQUIRED, ...shards }))).toEqual([]);
    expect(shardsIn(readSettings({ ...REQUIRED, ...shards, SHARDING: 'modulo' }))).toEqual([
      { name: 'far-north', url: 'postgres://north/db' },
      { name: 'south', url: 'postgres://south/db' },
    ]);
  });

  it('need shards where there is sharding, and nothing that knows of one database only', () => {
    expect(problems({ ...REQUIRED, SHARDING: 'modulo' })).toEqual([
      'SHARD_URLS: not set; accepted: SHARD_URL_* of at least one shard (unless SHARDING is none)',
    ]);
    const unfit = { GRAPHQL: 'loader', NOTIFICATIONS_ORDER: 'outbox', NOTIFIER_URL: 'http://mailer' };
    expect(problems({ ...REQUIRED, SHARDING: 'modulo', SHARD_URL_A: 'mysql://a:secret@b', ...unfit })).toEqual([
      'SHARD_URL_A: got "mysql://a:***@b"; accepted: a postgres:// address (one for each shard)',
      'GRAPHQL: got "loader"; accepted: off (unless SHARDING is none)',
      'NOTIFICATIONS_ORDER: got "outbox"; accepted: write-first (unless SHARDING is none)',
      'NOTIFIER_URL: got "http://mailer"; accepted: nothing (unless SHARDING is none)',
    ]);
  });

  it('need the address of a Redis where there is a cache strategy, and only there', () => {
    expect(problems({ ...REQUIRED, CACHE_STRATEGY: 'none' })).toEqual([]);
    expect(problems({ ...REQUIRED, CACHE_STRATEGY: 'lock' })).toEqual([
      'REDIS_URL: not set; accepted: a redis:// address (required unless CACHE_STRATEGY is none and SUMMARIES is tables)',
    ]);
    expect(problems({ ...REQUIRED, CACHE_STRATEGY: 'lock', REDIS_URL: 'redis://localhost:6379' })).toEqual([]);
  });

  it('need the address of a broker where notifications go by one, and only there', () => {
    const missing = ['AMQP_URL: not set; accepted: an amqp:// address (required where NOTIFICATIONS_BY is rabbitmq)'];
    expect(problems({ ...REQUIRED, NOTIFICATIONS_BY: 'in-process' })).toEqual([]);
    expect(problems({ ...REQUIRED, NOTIFICATIONS_BY: 'rabbitmq' })).toEqual(missing);
    expect(problems({ ...REQUIRED, NOTIFICATIONS_BY: 'rabbitmq', AMQP_URL: 'amqp://a:b@broker:5672' })).toEqual([]);
    expect(problems({ NOTIFICATIONS_BY: 'rabbitmq' }, readNotifierSettings)).toEqual(missing);
  });

  it('need the address of Kafka where notifications or summaries go by it, with user and password', () => {
    const accepted =
      'a kafka:// address with user and password (required where NOTIFICATIONS_BY is kafka or SUMMARIES is projection)';
    const missing = [`KAFKA_URL: not set; accepted: ${accepted}`];
    expect(problems({ ...REQUIRED, NOTIFICATIONS_BY: 'kafka' })).toEqual(missing);
    expect(problems({ ...REQUIRED, NOTIFICATIONS_BY: 'kafka', KAFKA_URL: 'kafka://a:b@log:9092' })).toEqual([]);
    expect(problems({ NOTIFICATIONS_BY: 'kafka' }, readNotifierSettings)).toEqual(missing);
    expect(problems({ ...REQUIRED, SUMMARIES: 'projection', REDIS_URL: 'redis://cache:6379' })).toEqual(missing);
    expect(problems({ ...REQUIRED, NOTIFICATIONS_BY: 'kafka', KAFKA_URL: 'kafka://log:9092' })).toEqual([
      `KAFKA_URL: got "kafka://log:9092"; accepted: ${accepted}`,
    ]);
  });

  it('of the notifier are those of a server, and a database only for an inbox in a table', () => {
    expect(readNotifierSettings({})).not.toHaveProperty('DATABASE_URL');
    expect(readNotifierSettings({ ...REQUIRED, NOTIFICATIONS_INBOX: 'table' })).toMatchObject(REQUIRED);
    expect(problems({ NOTIFICATIONS_INBOX: 'table' }, readNotifierSettings)).toEqual([
      'DATABASE_URL: not set; accepted: a postgres:// address (required where NOTIFICATIONS_INBOX is table)',
    ]);
  });

  it('take the notifier by its origin', () => {
    expect(readSettings({ ...REQUIRED, NOTIFIER_URL: 'http://notifier:3000' })).toHaveProperty('NOTIFIER_URL');
    for (const NOTIFIER_URL of ['', 'notifier:3000', 'https://notifier', 'http://notifier/notifications'])
      expect(problems({ ...REQUIRED, NOTIFIER_URL })).toHaveLength(1);
  });

  it.each(['', ' ', '-1', '1e3', '0x10', 'NaN', '99999999999'])('do not take %j for a number', (text) => {
    expect(problems({ ...REQUIRED, POOL_SIZE: text })).toHaveLength(1);
  });

  it('do not repeat a password', () => {
    expect(problems({ ...REQUIRED, DATABASE_URL: 'mysql://me:secret@db/todos' })).toEqual([
      'DATABASE_URL: got "mysql://me:***@db/todos"; accepted: a postgres:// address (required)',
    ]);
  });
});
