import { setTimeout as pause } from 'node:timers/promises';

import { Client, type ClientBase } from 'pg';

import { describe } from '../errors.ts';
import type { Settings } from '../settings.ts';

const LOOK_EVERY_MS = 50;
const CATCH_UP_LIMIT_MS = 60_000;

/** The settings by which each standby is reached as the primary is: no pooler stands in front of it. */
export function standbySettings(settings: Settings): readonly Settings[] {
  return settings.STANDBYS.map((host) => {
    const url = new URL(settings.DATABASE_URL);
    url.host = host;
    return { ...settings, DATABASE_URL: url.href, POOLER_URL: undefined };
  });
}

/**
 * Waits until every standby has all that the primary has written by now.
 * @param primary a connection to the primary
 * @throws where one of them has not after a minute, with what it said last
 */
export async function untilCaughtUp(primary: ClientBase, settings: Settings): Promise<void> {
  const { rows } = await primary.query<{ position: string }>('SELECT pg_current_wal_flush_lsn()::text AS position');
  const position = rows[0]?.position ?? '0/0';
  await Promise.all(standbySettings(settings).map(({ DATABASE_URL }) => untilAt(DATABASE_URL, position)));
}

async function untilAt(url: string, position: string): Promise<void> {
  const givesUpAtMs = Date.now() + CATCH_UP_LIMIT_MS;
  for (;;) {
    // One that has just been started may not answer yet.
    const problem = await lackOf(url, position).catch(describe);
    if (problem === undefined) return;
    if (Date.now() > givesUpAtMs) throw new Error(`the standby at ${new URL(url).host} has not caught up: ${problem}`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Why a standby is not there yet; undefined where it is. */
async function lackOf(url: string, position: string): Promise<string | undefined> {
  const client = new Client({
    connectionString: url,
    application_name: 'target-app steps',
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  client.on('error', () => undefined); // the query that is under way fails, and says so
  await client.connect();
  try {
    const { rows } = await client.query<{ at: string; done: boolean }>(
      `SELECT pg_last_wal_replay_lsn()::text AS at, pg_last_wal_replay_lsn() >= $1::pg_lsn AS done`,
      [position],
    );
    return rows[0]?.done === true ? undefined : `it is at ${rows[0]?.at ?? 'nothing'}, and the primary at ${position}`;
  } finally {
    await client.end();
  }
}
