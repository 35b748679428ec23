import { performance } from 'node:perf_hooks';

import type { ErrorLog } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Settings } from '../settings.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { aside } from './aside.ts';
import { createCheck, UNCHECKED } from './check.ts';
import { countedStore } from './counted-store.ts';
import { localStore } from './local-store.ts';
import { lock } from './lock.ts';
import { none } from './none.ts';
import { createOnWrite } from './on-write.ts';
import { singleFlight } from './single-flight.ts';
import { staleWhileRevalidate } from './stale-while-revalidate.ts';
import { createStore, type Store, type Values } from './store.ts';
import type { CacheStrategy, CacheTools, Recompute, Tally } from './strategy.ts';
import { xfetch } from './xfetch.ts';

/** Answers by key, from the cache where the strategy allows. */
export interface Cache {
  read(key: string, recompute: Recompute, stopwatch: Stopwatch): Promise<string | undefined>;
  /** To be called after a write is committed, with the value that it left; undefined where it left none. */
  written(key: string, text: string | undefined, stopwatch: Stopwatch): Promise<void>;
  /** What answers are kept in; undefined where none are kept. */
  readonly redis: Pick<Store, 'ping' | 'info'> | undefined;
  /** Waits for recomputes in the background, then lets go of Redis. */
  close(): Promise<void>;
}

/** Opens the cache with the strategy of the settings, or without Redis none; every recompute is counted here, whatever the strategy. */
export function createCache(settings: Settings, metrics: Metrics, errors: ErrorLog): Cache {
  const failed = (doing: string, error: unknown): void => {
    metrics.cacheErrors.inc();
    errors.report(doing, error);
  };
  const store = settings.REDIS_URL === undefined ? undefined : createStore(settings.REDIS_URL, failed);
  const values = store && valuesIn(store, settings, metrics);
  const underWay = new Set<Promise<unknown>>();
  const tally: Tally = {
    hit: () => metrics.cacheHits.inc(),
    miss: () => metrics.cacheMisses.inc(),
    stale: () => metrics.cacheStale.inc(),
  };
  const strategy =
    values === undefined
      ? none({ tally })
      : chooseStrategy(settings.CACHE_STRATEGY, {
          store: values,
          tally,
          lifetimeMs: () => jittered(settings.CACHE_TTL_MS, settings.CACHE_TTL_JITTER, Math.random()),
          lockTimeoutMs: settings.CACHE_LOCK_TIMEOUT_MS,
          xfetchBeta: settings.CACHE_XFETCH_BETA,
          background(doing, work) {
            const settled = work
              .catch((error: unknown) => failed(doing, error))
              .finally(() => underWay.delete(settled));
            underWay.add(settled);
          },
          wallClockMs: Date.now,
          monotonicMs: () => performance.now(),
          random: Math.random,
        });

  const onWrite = values && createOnWrite(settings.CACHE_ON_WRITE, strategy, values);
  const check =
    store === undefined || settings.CACHE_CHECK === 0
      ? UNCHECKED
      : createCheck(store, settings.CACHE_CHECK, Math.random, {
          checked: () => metrics.cacheChecked.inc(),
          stale: () => metrics.cacheOutdated.inc(),
        });

  async function counted(recompute: Recompute, stopwatch: Stopwatch): Promise<string | undefined> {
    const startedAt = performance.now();
    try {
      return await recompute(stopwatch);
    } finally {
      metrics.cacheRecomputes.inc();
      metrics.cacheRecomputeDuration.observe((performance.now() - startedAt) / 1e3);
    }
  }

  return {
    read: (key, recompute, stopwatch) =>
      check.read(key, () => strategy.read(key, (whose) => counted(recompute, whose), stopwatch), stopwatch),
    async written(key, text, stopwatch) {
      await onWrite?.(key, text, stopwatch);
      await check.written(key, text, stopwatch);
    },
    redis: store,
    async close() {
      await Promise.all(underWay);
      await store?.close();
    },
  };
}

/** Keys that were filled together should not expire together: the lifetime times a factor in [1 - jitter, 1 + jitter]. */
export function jittered(lifetimeMs: number, jitter: number, random: number): number {
  return Math.max(1, Math.round(lifetimeMs * (1 + jitter * (2 * random - 1))));
}

/** Where values are kept: in Redis, every command to it counted, and a few of them in this process as well where the settings say so. */
function valuesIn(store: Store, settings: Settings, metrics: Metrics): Values {
  const counted = countedStore(store, () => metrics.cacheOperations.inc());
  const { CACHE_LOCAL_SIZE: size, CACHE_LOCAL_TTL_MS: ttlMs } = settings;
  return size === 0 ? counted : localStore(counted, size, ttlMs);
}

function chooseStrategy(name: Settings['CACHE_STRATEGY'], tools: CacheTools): CacheStrategy {
  switch (name) {
    case 'none':
      return none(tools);
    case 'aside':
      return aside(tools);
    case 'single-flight':
      return singleFlight(tools);
    case 'lock':
      return lock(tools);
    case 'stale-while-revalidate':
      return staleWhileRevalidate(tools);
    case 'xfetch':
      return xfetch(tools);
  }
}
