import path from 'node:path';
import type { TrialSystem } from '../../model/plan.ts';
import type { EntryUse, System } from '../../model/system.ts';
import {
  plainText,
  type Command,
  type Entry,
  type Machine,
  type Place,
  type Reach,
  type Runnable,
  type Service,
  type Variables,
} from '../service.ts';
import { preparePostgresBinaries } from './binaries.ts';
import { postgres } from './postgres.ts';
import { access, accessSetting, folders, isReady, removeSharedMemory } from './server.ts';

/** What the program of the reference app is told, which can speak to PostgreSQL, to have a copy of all data made. */
const backUp = 'base-backup';

/** Where a copy of the data lies on this machine before it is taken. */
const backup = 'backup';

/** By programs of PostgreSQL itself, where they are: what npm installs is the server alone. */
const overTheWire = 'pg_basebackup --pgdata="$data/part" --checkpoint=fast --no-sync --no-manifest --no-password';
const fromDisk = `tar -xf "$data/${backup}/base.tar" -C "$data/part"`;

/**
 * PostgreSQL that follows the one of the system, and answers queries meanwhile: a copy of all data to begin with, then what is written,
 * as it is written.
 */
export const standby: Entry = {
  name: 'standby',
  what: 'a standby of PostgreSQL: it follows what is written there, and answers reads',
  copies: 'alike',
  describe,
};

function describe({ name, replicas = 1, limits }: EntryUse, system: System | TrialSystem): Service {
  const lagMs = system.kind === 'app' ? system.app.reads.lagMs : 0;
  const args = (at: Place): readonly string[] => settings(at, lagMs);
  return {
    name,
    title: name,
    role: 'aside',
    copies: { kind: 'alike', count: replicas, autoscale: undefined },
    limits,
    asks: postgres.asks,
    port: postgres.port,
    secrets: [],
    fronts: [],
    uses: [postgres.name],
    program: {
      locate: (machine, signal) => locate(machine, args, signal),
      inherits: 'little',
      user: 'unprivileged',
      dataMode: 0o700,
      workingFolder: undefined,
      removeRemains: ({ data }) => removeSharedMemory(clusterIn(data)),
    },
    image: {
      from: { base: 'postgres' },
      entrypoint: ['sh', '-c', starting(overTheWire), 'sh'],
      args: (at) => [at.data, 'postgres', ...args(at)],
      user: postgres.image?.user,
      data: Object.values(folders),
      scratch: ['/tmp'],
    },
    environment: wayToPrimary,
    files: () => [access],
    // In a container the copy of all data is made in that time.
    ready: { log: /ready to accept read-only connections/, command: isReady, limitMs: 120_000 },
    version: undefined,
    stop: postgres.stop,
    reachedBy: ({ copies }: Reach) => ({ STANDBYS: copies.map(({ host, port }) => `${host}:${port}`).join() }),
    // Whoever reads chooses which one.
    isReachedByCopy: true,
    prepare: undefined,
    betweenTrials: 'stays-if-same',
    counters: undefined,
    reload: undefined,
    isForeign: false,
  };
}

async function locate(
  machine: Machine,
  args: (at: Place) => readonly string[],
  signal: AbortSignal,
): Promise<Runnable> {
  const { folder, version } = await preparePostgresBinaries(machine, signal);
  const server = path.join(folder, 'bin', 'postgres');
  return {
    command: '/bin/sh',
    version,
    args: (at) => ['-c', starting(fromDisk), 'sh', at.data, server, ...args(at)],
    first: ({ data }) => backUpTo(path.join(data, backup), machine.app),
  };
}

/** The primary writes it, which runs on the same machine and as the same user: whoever asks needs no right to that folder. */
function backUpTo(folder: string, app: string): Command {
  return {
    title: 'the copy of PostgreSQL’s data',
    command: process.execPath,
    args: [app, backUp, folder],
    files: [],
    user: 'this',
    stopSignal: 'SIGTERM',
  };
}

/**
 * For `sh`: takes the data before the first start, whole or not at all, and becomes the server. One that is started again goes on
 * from where it was. One line, as `clean` tells of it.
 */
function starting(take: string): string {
  const prepared = [
    'rm -rf "$data/part"',
    'mkdir -m 700 "$data/part"',
    take,
    'touch "$data/part/standby.signal"',
    'mv "$data/part" "$cluster"',
    `rm -rf "$data/${backup}"`,
  ];
  return [
    'set -e; data=$1; shift',
    `cluster=${clusterIn('$data')}`,
    `[ -e "$cluster" ] || { ${prepared.join('; ')}; }`,
    'exec "$@"',
  ].join('; ');
}

function clusterIn(data: string): string {
  return path.join(data, 'cluster');
}

/** The address of the primary is in variables, from which PostgreSQL's own library takes it: with it goes the password. */
function settings(at: Place, lagMs: number): readonly string[] {
  return [
    ...['-D', clusterIn(at.data), '-p', String(at.port), '-h', at.host, '-k', ''],
    ...accessSetting(at),
    ...['-c', 'primary_conninfo=application_name=standby', '-c', `recovery_min_apply_delay=${lagMs}`],
  ];
}

function wayToPrimary(at: Place): Variables {
  const { DATABASE_URL = '' } = at.reached(postgres.name);
  const { hostname, port, username, password } = new URL(plainText(DATABASE_URL));
  return {
    PGHOST: hostname.replace(/^\[(.*)\]$/, '$1'),
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: { secret: password },
  };
}
