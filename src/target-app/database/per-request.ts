import { Client } from 'pg';

import type { ErrorLog } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { ConnectionSource } from './connection-source.ts';

/**
 * A new connection for every request, closed after it: what a pool is measured against.
 * Nothing bounds their number but PostgreSQL, which answers 53300 once `max_connections` are open.
 */
export function perRequest(settings: Settings, errors: ErrorLog): ConnectionSource {
  const closing = new Set<Promise<void>>();

  return {
    size: Number.POSITIVE_INFINITY,
    reuses: false,
    async take() {
      const client = new Client({
        connectionString: settings.POOLER_URL ?? settings.DATABASE_URL,
        application_name: 'target-app',
        connectionTimeoutMillis: settings.POOL_TIMEOUT_MS,
      });
      client.on('error', (error) => errors.report('a database connection was lost', error));
      await client.connect();
      return {
        client,
        giveBack() {
          // The answer does not wait for the goodbye.
          const closed = client
            .end()
            .catch((error: unknown) => errors.report('closing a database connection', error))
            .finally(() => closing.delete(closed));
          closing.add(closed);
        },
      };
    },
    async end() {
      await Promise.all(closing);
    },
  };
}
