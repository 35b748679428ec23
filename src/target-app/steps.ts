import type { ClientBase } from 'pg';

import type { Settings } from './settings.ts';

/** What can be done once, in the order of a usual preparation. */
export const STEPS = ['migrate', 'seed', 'flush'] as const;

/** One of the steps. */
export type Step = (typeof STEPS)[number];

/** Runs `steps` one after another and says in a line each what came of it. What a step needs is loaded when it is its turn. */
export async function runSteps(steps: readonly Step[], settings: Settings, say: (line: string) => void): Promise<void> {
  let client: ClientBase | undefined;
  let disconnect = (): Promise<void> => Promise.resolve();

  const database = async (): Promise<ClientBase> => {
    if (client === undefined) {
      const { connect } = await import('./database/client.ts');
      const opened = await connect(settings.DATABASE_URL);
      client = opened;
      disconnect = () => opened.end();
    }
    return client;
  };

  try {
    for (const step of steps) say(await run(step, settings, database));
  } finally {
    await disconnect();
  }
}

async function run(step: Step, settings: Settings, database: () => Promise<ClientBase>): Promise<string> {
  switch (step) {
    case 'migrate': {
      const { migrate } = await import('./database/migrate.ts');
      const { migrateShards } = await import('./database/prepare-shards.ts');
      await migrate(await database(), settings.TITLE_INDEX);
      const shards = await migrateShards(settings);
      return `migrated${among(shards)}, ${settings.TITLE_INDEX ? 'with' : 'without'} an index for title search`;
    }
    case 'seed': {
      const { seed } = await import('./database/seed.ts');
      const { seedShards } = await import('./database/prepare-shards.ts');
      const size = { users: settings.SEED_USERS, todos: settings.SEED_TODOS };
      const outcome = await seed(await database(), size, settings.SEED_ALWAYS);
      const { untilCaughtUp } = await import('./database/standbys.ts');
      await untilCaughtUp(await database(), settings);
      return `${outcome}${among(await seedShards(settings))}: ${size.users} users, ${size.todos} todos`;
    }
    case 'flush': {
      const flushed: string[] = [];
      if (settings.AMQP_URL !== undefined) {
        const { purge } = await import('./notifications/rabbitmq.ts');
        await purge(settings.AMQP_URL);
        flushed.push('the queue');
      }
      if (settings.KAFKA_URL !== undefined) {
        const { purge } = await import('./notifications/kafka.ts');
        await purge(settings.KAFKA_URL);
        flushed.push('the log');
      }
      if (settings.REDIS_URL !== undefined) {
        const { flush } = await import('./cache/flush.ts');
        await flush(settings.REDIS_URL);
        flushed.push('the cache');
      }
      if (settings.KAFKA_URL !== undefined && settings.SUMMARIES === 'projection') {
        const { tellHistory } = await import('./summaries/history.ts');
        await tellHistory(await database(), settings.KAFKA_URL);
      }
      return flushed.length === 0 ? 'no cache to flush' : `flushed ${flushed.join(', ')}`;
    }
  }
}

/** Says to how many shards it was done as well, where there are some. */
function among(shards: number): string {
  return shards === 0 ? '' : ` with ${shards} shards`;
}
