import { connect } from './client.ts';

/**
 * Has PostgreSQL write a copy of all its data, as a standby begins with it, into a folder of its own machine: `base.tar`, with the log
 * that belongs to it. The folder is empty, or not there.
 */
export async function takeBaseBackup(databaseUrl: string, folder: string): Promise<void> {
  const url = new URL(databaseUrl);
  // It is a command of the protocol by which standbys speak, and no SQL.
  url.searchParams.set('replication', 'true');
  const client = await connect(url.href);
  try {
    const target = client.escapeLiteral(folder);
    await client.query(
      `BASE_BACKUP (CHECKPOINT 'fast', WAL true, MANIFEST 'no', TARGET 'server', TARGET_DETAIL ${target})`,
    );
  } finally {
    await client.end();
  }
}
