import { Client } from 'pg';

/** A database that stands still accepts connections, and says nothing on them. */
const CONNECT_LIMIT_MS = 30_000;

/** Connects for what is done once, before anything is served. */
export async function connect(databaseUrl: string): Promise<Client> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: 'target-app steps',
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
  });
  client.on('error', () => undefined); // the query that is under way fails, and says so
  await client.connect();
  return client;
}
