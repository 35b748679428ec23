import { describe, expect, it } from 'vitest';
import { environmentOf } from '../../model/app-environment.ts';
import type { AppSettings } from '../../model/system.ts';
import { APP_SETTINGS, DATA_SETTINGS, settingsOf, type WrittenSetting } from '../../target-app/settings-table.ts';
import { readSettings } from '../../target-app/settings.ts';
import { appSchema, appWords, changeApp, changeData, dataSchema, defaultApp, defaultData } from './app-settings.ts';

const addresses = { DATABASE_URL: 'postgres://localhost/todos', REDIS_URL: 'redis://localhost:6379' };
/** What the application makes of what a scenario writes under `app:`. */
const read = (app: AppSettings, data = defaultData) => readSettings({ ...addresses, ...environmentOf(app, data) });
const app = (written: object): AppSettings => changeApp(defaultApp, appSchema.parse(written));
const faultOf = (written: object) => appSchema.safeParse(written).error?.issues[0]?.message;

describe('the settings of the application', () => {
  it('are, where nothing is written, its own defaults', () => {
    expect(read(defaultApp)).toEqual(readSettings(addresses));
  });

  it('reach it, every one of them, as they were written', () => {
    const written = app({
      cache: {
        strategy: 'xfetch',
        ttl: '2s',
        jitter: '25%',
        'lock-timeout': '3s',
        beta: 1.5,
        'on-write': 'ttl-only',
        'local-size': 100,
        'local-ttl': '50ms',
        check: '10%',
      },
      feed: 'n+1',
      graphql: 'loader',
      sharding: 'none',
      pages: 'keyset',
      likes: { strategy: 'append', shards: 8 },
      notifications: {
        by: 'in-process',
        acks: 'none',
        inbox: 'table',
        'mail-time': '200ms',
        order: 'outbox',
        gap: '100ms',
      },
      summaries: 'tables',
      pool: { size: 7, queue: 0, timeout: '900ms', 'leak-every': 10, 'reclaim-after': '2s' },
      reads: { from: 'after-own-write', 'own-write': '3s', lag: '300ms' },
      connections: 'per-request',
      'query-cost': '20ms',
      workers: 2,
      'title-index': true,
    });
    const data = changeData(defaultData, dataSchema.parse({ users: 5, todos: 0 }));
    expect(read(written, data)).toMatchObject({
      CACHE_STRATEGY: 'xfetch',
      CACHE_TTL_MS: 2000,
      CACHE_TTL_JITTER: 0.25,
      CACHE_LOCK_TIMEOUT_MS: 3000,
      CACHE_XFETCH_BETA: 1.5,
      CACHE_ON_WRITE: 'ttl-only',
      CACHE_LOCAL_SIZE: 100,
      CACHE_LOCAL_TTL_MS: 50,
      CACHE_CHECK: 0.1,
      FEED_STRATEGY: 'n+1',
      GRAPHQL: 'loader',
      SHARDING: 'none',
      PAGES: 'keyset',
      READS_FROM: 'after-own-write',
      READS_OWN_WRITE_MS: 3000,
      READS_LAG_MS: 300,
      LIKES_STRATEGY: 'append',
      LIKES_SHARDS: 8,
      NOTIFICATIONS_BY: 'in-process',
      NOTIFICATIONS_ACKS: 'none',
      NOTIFICATIONS_INBOX: 'table',
      NOTIFICATIONS_MAIL_TIME_MS: 200,
      NOTIFICATIONS_ORDER: 'outbox',
      NOTIFICATIONS_GAP_MS: 100,
      SUMMARIES: 'tables',
      POOL_SIZE: 7,
      POOL_QUEUE_LIMIT: 0,
      POOL_TIMEOUT_MS: 900,
      POOL_LEAK_EVERY: 10,
      POOL_RECLAIM_AFTER_MS: 2000,
      CONNECTIONS: 'per-request',
      QUERY_COST_MS: 20,
      WORKERS: 2,
      TITLE_INDEX: true,
      SEED_USERS: 5,
      SEED_TODOS: 0,
    });
    const variables = [...settingsOf<WrittenSetting>(APP_SETTINGS), ...settingsOf(DATA_SETTINGS)].map(
      ({ variable }) => variable,
    );
    expect(Object.keys(environmentOf(written, data)).sort()).toEqual(variables.sort());
  });

  it('change only what is written, and a group may be its first setting alone', () => {
    const base = app({ cache: { strategy: 'aside', jitter: '10%' }, pool: 20 });
    const changed = changeApp(base, appSchema.parse({ cache: 'lock', pool: { timeout: '1s' } }));
    expect(changed).toEqual({
      ...defaultApp,
      cache: { ...defaultApp.cache, strategy: 'lock', jitter: 0.1 },
      pool: { ...defaultApp.pool, size: 20, timeoutMs: 1000 },
    });
    expect(changeApp(base, undefined)).toEqual(base);
  });

  it('have the limits of the application', () => {
    const most = app({ cache: { ttl: '2147483647ms', jitter: '100%' }, pool: 10_000, workers: 256 });
    expect(read(most)).toMatchObject({ CACHE_TTL_MS: 2_147_483_647, POOL_SIZE: 10_000, WORKERS: 256 });
    expect(faultOf({ pool: 10_001 })).toBe('the pool size must be at most 10000');
    expect(faultOf({ workers: 257 })).toBe('the number of workers must be at most 256');
    expect(dataSchema.parse({ users: 10_000_000, todos: 100_000_000 })).toBeDefined();
  });

  it('are written as the application reads numbers, however small', () => {
    const tiny = app({ cache: { strategy: 'xfetch', jitter: '0.00001%', beta: 1e-7 } });
    expect(read(tiny)).toMatchObject({ CACHE_TTL_JITTER: 1e-7, CACHE_XFETCH_BETA: 1e-7 });
  });
});

describe('in words', () => {
  it.each([
    [{}, []],
    [{ cache: 'aside' }, ['cache aside (ttl 1 min)']],
    [{ cache: { ttl: '1s', jitter: '10%' } }, []],
    [{ cache: { strategy: 'aside', jitter: '10%', beta: 2 } }, ['cache aside (ttl 1 min, jitter 10%)']],
    [{ cache: { strategy: 'lock', 'lock-timeout': '1s' } }, ['cache lock (ttl 1 min, lock time-out 1 s)']],
    [{ cache: { strategy: 'xfetch', beta: 2.5 } }, ['cache xfetch (ttl 1 min, beta 2.5)']],
    [
      { cache: { strategy: 'aside', 'on-write': 'write-through', check: '100%' } },
      ['cache aside (ttl 1 min, on write: write-through, checks 100% of the answers)'],
    ],
    [{ pool: { size: 20, queue: 5000, timeout: '1s' } }, ['pool of 20', 'pool queue 5,000', 'pool time-out 1 s']],
    [{ feed: 'n+1', connections: 'per-request' }, ['feed n+1', 'one connection per request']],
    [{ pool: { 'leak-every': 10, 'reclaim-after': '2s' } }, ['one connection in 10 leaks', 'reclaims after 2 s']],
    [{ pages: 'keyset', likes: 'sharded' }, ['pages by keyset', 'likes sharded']],
    [{ notifications: 'in-process' }, ['notifications in-process']],
    [{ notifications: { inbox: 'table', 'mail-time': '200ms' } }, ['inbox in a table', 'a mail takes 200 ms']],
    [{ summaries: 'projection' }, ['summaries from a projection']],
    [{ notifications: { by: 'kafka', acks: 'none' } }, ['notifications kafka', 'acks none']],
    [{ 'query-cost': '20ms', workers: 2, 'title-index': true }, ['query cost 20 ms', '2 workers', 'title index']],
  ])('%o is told by what it changes', (written, words) => {
    expect(appWords(app(written))).toEqual(words);
  });
});
