import { Pool } from 'pg';

import type { ErrorLog } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { ConnectionSource } from './connection-source.ts';

/**
 * A fixed number of connections that are opened on first use, kept, and used again.
 * Opening one costs PostgreSQL a process and both sides several round trips; a pool pays that once.
 * The waiting line is the gate's: behind it this pool is never asked for more than it has.
 */
export function pooled(settings: Settings, errors: ErrorLog): ConnectionSource {
  const pool = new Pool({
    connectionString: settings.POOLER_URL ?? settings.DATABASE_URL,
    application_name: 'target-app',
    max: settings.POOL_SIZE,
    connectionTimeoutMillis: settings.POOL_TIMEOUT_MS,
    idleTimeoutMillis: 0, // an idle connection costs less than a timer for each one that is given back
    keepAlive: true,
  });
  pool.on('connect', (client) => {
    client.on('error', (error) => errors.report('a database connection was lost', error));
  });
  pool.on('error', () => undefined); // the client has reported it; unheard, this event would end the process

  return {
    size: settings.POOL_SIZE,
    // Behind a pooler the next transaction may be on another connection of PostgreSQL's, which knows nothing of what was planned.
    reuses: settings.POOLER_URL === undefined,
    async take() {
      const client = await pool.connect();
      return { client, giveBack: (broken) => client.release(broken) };
    },
    end: () => pool.end(),
  };
}
