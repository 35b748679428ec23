import type { ClientBase } from 'pg';

import { shardsIn, type Settings } from '../settings.ts';
import { connect } from './client.ts';
import { migrate } from './migrate.ts';
import { placementBy } from './placement.ts';
import { seedPart } from './seed.ts';

/** Brings the schema of each shard to where it should be. Returns how many there are. */
export async function migrateShards(settings: Settings): Promise<number> {
  return onEach(settings, (client) => migrate(client, settings.TITLE_INDEX));
}

/** Gives each shard its users with their todos, anew: what it had may be another part. Returns how many shards there are. */
export async function seedShards(settings: Settings): Promise<number> {
  const { SHARDING: rule, SEED_USERS: users, SEED_TODOS: todos } = settings;
  if (rule === 'none') return 0;
  const shards = shardsIn(settings);
  const placement = placementBy(rule, shards.length);
  const parts = shards.map((): number[] => []);
  for (let userId = 1; userId <= users; userId += 1) parts[placement(userId)]?.push(userId);
  return onEach(settings, (client, shard) => seedPart(client, { users, todos }, parts[shard] ?? []));
}

async function onEach(settings: Settings, work: (client: ClientBase, shard: number) => Promise<void>): Promise<number> {
  const shards = shardsIn(settings);
  await Promise.all(
    shards.map(async ({ url }, shard) => {
      const client = await connect(url);
      try {
        await work(client, shard);
      } finally {
        await client.end();
      }
    }),
  );
  return shards.length;
}
