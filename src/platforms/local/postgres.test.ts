import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { inheritedEnvironment } from '../../machine/environment.ts';
import { startPostgres } from './postgres.ts';
import { RunContext } from './run-context.ts';

it('counts what each statement takes', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'local-postgres-'));
  await chmod(folder, 0o711);
  const run = new RunContext(folder, inheritedEnvironment(process.env), () => undefined);
  try {
    const { url } = await startPostgres(run, AbortSignal.timeout(60_000));
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query('SHOW shared_preload_libraries');
    await client.end();
    expect(rows).toEqual([{ shared_preload_libraries: 'pg_stat_statements' }]);
  } finally {
    await run.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
});
