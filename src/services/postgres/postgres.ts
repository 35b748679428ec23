import path from 'node:path';
import type { Command, Machine, Place, Reach, Runnable, Service } from '../service.ts';
import { hasStatements, preparePostgresBinaries } from './binaries.ts';
import { access, accessSetting, folders, isReady, removeSharedMemory, userName } from './server.ts';

/** The module that counts what each statement took, where it is there: without it, naming it would end the server. */
const statements = 'shared_preload_libraries=pg_stat_statements';
const withStatements = `[ -e "$(pg_config --pkglibdir 2>/dev/null)/pg_stat_statements.so" ] &&
  set -- "$@" -c ${statements}
exec "$@"`;

/** The log that a standby may still ask for: each copy of the data, and each checkpoint, would remove it otherwise before others have it. */
const keptLog = ['-c', 'wal_keep_size=256MB'];

/** The settings of the official images, but for the password. */
const imageSettings = {
  POSTGRES_USER: userName,
  POSTGRES_DB: 'postgres',
  // Said here, because it is another one from PostgreSQL 18 on.
  PGDATA: `${folders.home}/scale-lab`,
  POSTGRES_INITDB_ARGS: '--encoding=UTF8 --no-locale --no-sync',
  LANG: 'C.UTF-8',
};

const passwordFile = 'password';

/**
 * A new, empty database: its statements counted, a random password, otherwise PostgreSQL's defaults. Its data lies on disk on
 * every platform: in memory a commit would cost nothing.
 */
export const postgres: Service = {
  name: 'postgres',
  title: 'PostgreSQL',
  role: 'store',
  copies: { kind: 'one' },
  limits: { cpu: undefined, memoryBytes: undefined },
  asks: { cpu: 0.02, memoryBytes: 128 * 2 ** 20 },
  port: { inside: 5432 },
  secrets: ['password'],
  fronts: [],
  uses: [],
  program: {
    locate,
    inherits: 'little',
    user: 'unprivileged',
    dataMode: 0o700,
    workingFolder: undefined,
    removeRemains: ({ data }) => removeSharedMemory(data),
  },
  image: {
    from: { base: 'postgres' },
    wrap: { script: withStatements, named: 'docker-entrypoint.sh' },
    args: (at) => ['postgres', ...accessSetting(at), ...keptLog],
    // Whatever number the image gives to its own user: initdb insists on a name for the one that it runs as.
    user: { name: 'postgres', number: 999, mustBeKnown: true },
    data: Object.values(folders),
    scratch: ['/tmp'],
    environment: (at) => ({ ...imageSettings, POSTGRES_PASSWORD: { secret: at.secret('password') } }),
  },
  environment: () => ({}),
  files: () => [access],
  // Several may start at once, on few cores or with a share of one.
  ready: { log: /ready to accept connections/, command: isReady, limitMs: 120_000 },
  version: {
    name: 'postgresql',
    log: / starting PostgreSQL (?<version>\d+(\.\d+)*)/,
    command: ['postgres', '--version'],
  },
  stop: { signal: 'SIGINT', graceMs: 10_000, wholeGroup: false, drains: false },
  reachedBy: (at: Reach) => ({
    DATABASE_URL: { secret: `postgres://${userName}:${at.secret('password')}@${at.host}:${at.port}/postgres` },
  }),
  prepare: undefined,
  betweenTrials: 'stays-if-same',
  counters: undefined,
  reload: undefined,
  isForeign: false,
};

async function locate(machine: Machine, signal: AbortSignal): Promise<Runnable> {
  const { folder, version } = await preparePostgresBinaries(machine, signal);
  const counted = (await hasStatements(folder)) ? ['-c', statements] : [];
  return {
    command: path.join(folder, 'bin', 'postgres'),
    version,
    args: (at) => [
      ...['-D', at.data, '-p', String(at.port), '-h', at.host, '-k', ''],
      ...accessSetting(at),
      ...keptLog,
      ...counted,
    ],
    first: (at) => initdb(at, folder),
  };
}

function initdb(at: Place, binaries: string): Command {
  return {
    title: 'initdb (PostgreSQL)',
    command: path.join(binaries, 'bin', 'initdb'),
    args: [
      ...['-D', at.data, '--username', userName, '--pwfile', path.join(at.folder, passwordFile)],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale', '--no-sync', '--no-instructions'],
    ],
    files: [{ name: passwordFile, text: { secret: `${at.secret('password')}\n` } }],
    // It takes half a second, and one that is broken off leaves shared memory behind.
    stopSignal: undefined,
  };
}
