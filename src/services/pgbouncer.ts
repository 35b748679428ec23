import path from 'node:path';
import { type Executable, requireExecutable } from '../machine/executable.ts';
import type { EntryUse } from '../model/system.ts';
import { postgres } from './postgres/postgres.ts';
import {
  isListening,
  plainText,
  type Entry,
  type Machine,
  type Place,
  type Runnable,
  type Service,
} from './service.ts';

const files = { configuration: 'pgbouncer.ini', users: 'users.txt' } as const;
const port = 6432;

/** What PgBouncer itself has where nothing is said: so many connections to PostgreSQL, however many clients there are. */
const poolSize = 20;

/** As whom its clients come, and to which database. */
const userName = 'scale_lab';
const database = 'postgres';

const program: Executable = {
  name: 'pgbouncer',
  debian: 'pgbouncer',
  homebrew: 'pgbouncer',
  versionFlag: '--version',
};

/** PgBouncer in front of PostgreSQL: it lends a connection for a transaction, and not for as long as a client is there. */
export const pgbouncer: Entry = {
  name: 'pgbouncer',
  what: 'a pooler in front of PostgreSQL: PgBouncer, which lends a connection for each transaction',
  copies: 'one',
  inFrontOf: database,
  executables: [program],
  describe,
};

function describe({ name, limits }: EntryUse): Service {
  return {
    name,
    title: 'PgBouncer',
    role: 'aside',
    copies: { kind: 'one' },
    limits,
    asks: { cpu: 0.02, memoryBytes: 32 * 2 ** 20 },
    port: { inside: port },
    secrets: ['password'],
    fronts: [],
    uses: [postgres.name],
    // It refuses to run as root.
    program: { locate, inherits: 'little', user: 'unprivileged', dataMode: 0o700, workingFolder: undefined },
    image: {
      from: { base: 'pgbouncer' },
      entrypoint: ['pgbouncer'],
      args,
      // Nobody, whom images need not know by name: it reads no file but its own.
      user: { number: 65534 },
      data: [],
      scratch: ['/tmp'],
    },
    environment: () => ({}),
    files: (at) => [
      { name: files.configuration, text: { secret: configuration(at) } },
      { name: files.users, text: { secret: `"${userName}" "${at.secret('password')}"\n` } },
    ],
    ready: { log: /process up: /, command: isListening(port) },
    version: { name: 'pgbouncer', log: /PgBouncer (?<version>\d+(\.\d+)+)/, command: ['pgbouncer', '--version'] },
    // Transactions end first. By SIGTERM older ones are gone at once, with status 1, and newer ones wait for all clients.
    stop: { signal: 'SIGINT', graceMs: 3_000, wholeGroup: false, drains: false },
    reachedBy: (at) => ({
      POOLER_URL: {
        secret: `postgres://${userName}:${at.secret('password')}@${at.host}:${at.port}/${database}`,
      },
    }),
    prepare: undefined,
    betweenTrials: 'stays-if-same',
    isNeeded: true,
    counters: undefined,
    reload: undefined,
    isForeign: false,
  };
}

async function locate({ environment }: Machine): Promise<Runnable> {
  return { command: await requireExecutable(program, environment), args };
}

function args({ folder }: Place): readonly string[] {
  return [path.join(folder, files.configuration)];
}

/**
 * Without a socket of its own in the file system: on a machine where several run, they would all want the same one. By MD5, as SCRAM
 * takes 4,096 rounds of its one thread for each client that connects, and hundreds may come at once; no hash gives away 18 random bytes. Where
 * PostgreSQL takes no connection it asks again after a second, in place of 15.
 */
function configuration(at: Place): string {
  const { DATABASE_URL = '' } = at.reached(postgres.name);
  const to = new URL(plainText(DATABASE_URL));
  const host = to.hostname.replace(/^\[(.*)\]$/, '$1');
  return `[databases]
${database} = host=${host} port=${to.port} dbname=${to.pathname.slice(1)} user=${to.username} password='${to.password}'

[pgbouncer]
listen_addr = ${at.host}
listen_port = ${at.port}
unix_socket_dir =
auth_type = md5
auth_file = ${path.join(at.folder, files.users)}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 10000
server_login_retry = 1
log_connections = 0
log_disconnections = 0
`;
}
