import { randomBytes } from 'node:crypto';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withPort } from '../../machine/ports.ts';
import { step } from '../../model/steps.ts';
import { hasStatements, type PostgresBinaries, preparePostgresBinaries } from '../../services/postgres/binaries.ts';
import { markVariable } from './own-processes.ts';
import type { RunContext } from './run-context.ts';
import type { Service, ServiceDescription } from './service.ts';
import { unprivilegedUser } from './unprivileged-user.ts';

/** A backend that runs, as the application sees it. */
export interface Backend {
  readonly url: string;
  readonly version: string;
  readonly service: Service;
}

const isReady = (log: string): true | undefined => log.includes('ready to accept connections') || undefined;

const userName = 'scale_lab';

/** Where a database lies, and what its server is started with. */
interface Database {
  readonly binaries: PostgresBinaries;
  readonly password: string;
  readonly folder: string;
  readonly program: Pick<ServiceDescription, 'folder' | 'environment' | 'user' | 'graceMs'>;
}

/** Makes a new, empty database that asks for a random password. */
async function makeDatabase(run: RunContext, signal: AbortSignal): Promise<Database> {
  const user = await unprivilegedUser();
  const inherited = { ...run.environment, ...markVariable(run.folder) };
  const binaries = await preparePostgresBinaries({ folder: run.folder, inherited, user }, signal);
  const password = randomBytes(18).toString('base64url');
  const folder = path.join(run.folder, 'postgres');
  const program = { folder: run.folder, environment: run.environment, user, graceMs: 10_000 };

  const passwordFile = path.join(run.folder, 'postgres-password');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (user) await Promise.all([folder, passwordFile].map((file) => chown(file, user.uid, user.gid)));
  try {
    await run.finish(
      {
        ...program,
        name: 'initdb (PostgreSQL)',
        command: path.join(binaries.folder, 'bin', 'initdb'),
        args: [
          ...['-D', folder, '--username', userName, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
          ...['--encoding', 'UTF8', '--no-locale', '--no-sync', '--no-instructions'],
        ],
        // No stop signal: it takes half a second, and one that is broken off leaves shared memory behind.
        log: 'initdb.log',
      },
      signal,
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
  return { binaries, password, folder, program };
}

async function startServer(run: RunContext, database: Database, signal: AbortSignal): Promise<Backend> {
  const { binaries, password, folder, program } = database;
  const isCounted = await hasStatements(binaries.folder);
  const counts = isCounted ? ['-c', 'shared_preload_libraries=pg_stat_statements'] : [];
  return withPort(async (port) => {
    const service = await run.start(
      {
        ...program,
        name: 'PostgreSQL',
        command: path.join(binaries.folder, 'bin', 'postgres'),
        args: ['-D', folder, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...counts],
        log: 'postgres.log',
        backend: true,
        stopSignal: 'SIGINT',
      },
      signal,
    );
    await service.ready(service.logged(isReady), signal);
    return {
      url: `postgres://${userName}:${password}@127.0.0.1:${port}/postgres`,
      version: binaries.version,
      service,
    };
  });
}

/**
 * Makes a new, empty database and starts its server: loopback only, a random password, statements counted, otherwise
 * PostgreSQL's defaults.
 */
export async function startPostgres(run: RunContext, signal: AbortSignal): Promise<Backend> {
  const database = await step(run.onStep, 'PostgreSQL is prepared', () => makeDatabase(run, signal));
  return step(run.onStep, 'PostgreSQL starts', () => startServer(run, database, signal));
}
