import { Client, type QueryResultRow } from 'pg';

import type { Statement } from './database.ts';

/** What all monitors are called, in PostgreSQL's list of connections and in what they ask. */
export const MONITOR = 'target-app monitor';

/** How long the database may take to answer questions about itself: less than whoever asks the app for its metrics waits. */
export const MONITOR_TIMEOUT_MS = 4000;

/** Asks the database about itself, over a connection that no request can hold up. */
export interface Monitor {
  /** Opens the connection when there is none. Fails after the time-out, and opens a new one next time. */
  query<Row extends QueryResultRow>(statement: Statement<Row>): Promise<Row[]>;
  close(): Promise<void>;
}

/**
 * Creates a monitor; it connects on first use.
 * It stands beside the pool on purpose: through the pool, a loaded replica would look dead just when it is
 * needed most, and its own figures would have to wait in the line that they are about. Nothing here is counted.
 */
export function createMonitor(databaseUrl: string, timeoutMs: number): Monitor {
  let current: Promise<Client> | undefined;

  async function open(): Promise<Client> {
    const client = new Client({
      connectionString: databaseUrl,
      application_name: MONITOR,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
    client.on('error', () => (current = undefined)); // whoever asks next gets a new connection, or the reason why not
    await client.connect();
    return client;
  }

  const discard = async (): Promise<void> => {
    const discarded = current;
    current = undefined;
    try {
      await (await discarded)?.end();
    } catch {
      // It never opened, or it is broken: nothing is left to close.
    }
  };

  return {
    async query<Row extends QueryResultRow>({ name, text }: Statement<Row>) {
      current ??= open();
      const asked = current;
      const signed = `${text} /* ${MONITOR} */`; // at the end: PostgreSQL 18 keeps no comment that stands first
      try {
        const client = await asked;
        return (await client.query<Row>(name === undefined ? { text: signed } : { name, text: signed })).rows;
      } catch (error) {
        if (asked === current) void discard();
        throw error;
      }
    },
    close: discard,
  };
}
