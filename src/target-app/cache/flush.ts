import { createClient } from 'redis';

/** Empties the database of Redis that `redisUrl` names. */
export async function flush(redisUrl: string): Promise<void> {
  const client = createClient({ url: redisUrl, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined); // connect() fails with it
  await client.connect();
  try {
    await client.flushDb();
  } finally {
    await client.close();
  }
}
