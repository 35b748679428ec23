import type { ErrorLog } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { shardsIn, type Settings } from '../settings.ts';
import { createDatabase, type Database } from './database.ts';
import { createMonitor, MONITOR_TIMEOUT_MS, type Monitor } from './monitor.ts';
import { placementBy, type Placement, type Sharding } from './placement.ts';

/** Something that each shard has, one for the users of that shard. */
export interface Sharded<T> {
  /** In the order of the shards. */
  readonly all: readonly T[];
  /** That of the shard which has a user. */
  of(userId: number): T;
}

/** The databases that have the users divided among them. */
export interface Shards {
  readonly names: readonly string[];
  readonly rule: Sharding;
  readonly monitors: readonly Monitor[];
  /** What is made for each database, as one for each shard. */
  map<T>(make: (database: Database) => T): Sharded<T>;
  close(): Promise<void>;
}

/** Opens a database for each shard, with a pool of its own, whose queries are counted for the shard as well; undefined where there are none. */
export function openShards(settings: Settings, metrics: Metrics, errors: ErrorLog): Shards | undefined {
  const { SHARDING: rule } = settings;
  if (rule === 'none') return undefined;
  const shards = shardsIn(settings);
  const placement = placementBy(rule, shards.length);
  const monitors = shards.map(({ url }) => createMonitor(url, MONITOR_TIMEOUT_MS));
  const databases = shards.map(({ name: shard, url }) => {
    const counted = metrics.shardQueries(shard);
    return createDatabase({ ...settings, DATABASE_URL: url, POOLER_URL: undefined }, metrics, errors, counted);
  });
  return {
    names: shards.map(({ name }) => name),
    rule,
    monitors,
    map: (make) => sharded(databases.map(make), placement),
    async close() {
      await Promise.all([...databases, ...monitors].map((each) => each.close()));
    },
  };
}

function sharded<T>(all: readonly T[], placement: Placement): Sharded<T> {
  return {
    all,
    of(userId) {
      const found = all[placement(userId)];
      if (found === undefined) throw new Error(`no shard has the user ${userId}`);
      return found;
    },
  };
}
