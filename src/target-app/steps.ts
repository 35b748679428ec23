import type { ClientBase } from 'pg';

import type { Settings } from './settings.ts';

/** What can be done once, in the order of a usual preparation. */
export const STEPS = ['migrate', 'seed', 'flush'] as const;
/** A database that stands still accepts connections, and says nothing on them. */
const CONNECT_LIMIT_MS = 30_000;

/** One of the steps. */
export type Step = (typeof STEPS)[number];

/** Runs `steps` one after another and says in a line each what came of it. What a step needs is loaded when it is its turn. */
export async function runSteps(steps: readonly Step[], settings: Settings, say: (line: string) => void): Promise<void> {
  let client: ClientBase | undefined;
  let disconnect = (): Promise<void> => Promise.resolve();

  const database = async (): Promise<ClientBase> => {
    if (client === undefined) {
      const { Client } = await import('pg');
      const opened = new Client({
        connectionString: settings.DATABASE_URL,
        application_name: 'target-app steps',
        connectionTimeoutMillis: CONNECT_LIMIT_MS,
      });
      await opened.connect();
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
      await migrate(await database(), settings.TITLE_INDEX);
      return `migrated, ${settings.TITLE_INDEX ? 'with' : 'without'} an index for title search`;
    }
    case 'seed': {
      const { seed } = await import('./database/seed.ts');
      const size = { users: settings.SEED_USERS, todos: settings.SEED_TODOS };
      const outcome = await seed(await database(), size, settings.SEED_ALWAYS);
      const { untilCaughtUp } = await import('./database/standbys.ts');
      await untilCaughtUp(await database(), settings);
      return `${outcome}: ${size.users} users, ${size.todos} todos`;
    }
    case 'flush': {
      const flushed: string[] = [];
      if (settings.REDIS_URL !== undefined) {
        const { flush } = await import('./cache/flush.ts');
        await flush(settings.REDIS_URL);
        flushed.push('the cache');
      }
      if (settings.AMQP_URL !== undefined) {
        const { purge } = await import('./notifications/rabbitmq.ts');
        await purge(settings.AMQP_URL);
        flushed.push('the queue');
      }
      return flushed.length === 0 ? 'no cache to flush' : `flushed ${flushed.join(' and ')}`;
    }
  }
}
