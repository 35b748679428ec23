import { notifierEnvironmentOf } from '../model/app-environment.ts';
import { servicesBeside, type TrialSystem } from '../model/plan.ts';
import type { EntryUse, System } from '../model/system.ts';
import { appBundle } from './app.ts';
import { postgres } from './postgres/postgres.ts';
import type { Entry, Place, Service, Variables } from './service.ts';

/** What the program of the reference app is told to be. */
const role = ['notifier'];

/** How long a copy may take to answer what is in flight when it is told to stop. */
const graceMs = 3_000;
/** What it takes to end beyond that. */
const marginMs = 1_000;

/** The notification service of the reference app: told of each todo that is created, over HTTP or by a broker. */
export const notifier: Entry = {
  name: 'notifier',
  what: 'a notification service, which the app tells of every todo that is created',
  copies: 'alike',
  describe,
};

function describe({ name, replicas = 1, limits }: EntryUse, system: System | TrialSystem): Service {
  const told = system.kind === 'app' ? notifierEnvironmentOf(system.app) : {};
  return {
    name,
    title: name,
    role: 'aside',
    copies: { kind: 'alike', count: replicas, autoscale: undefined },
    limits,
    asks: { cpu: 0.02, memoryBytes: 96 * 2 ** 20 },
    port: { inside: 3000 },
    secrets: [],
    fronts: [],
    uses: usedIn(system),
    program: {
      locate: ({ app: bundle }) => Promise.resolve({ command: process.execPath, args: () => [bundle, ...role] }),
      inherits: 'little',
      user: 'this',
      dataMode: 0o700,
      workingFolder: undefined,
    },
    image: { from: { lab: true }, args: () => [appBundle, ...role], user: undefined, data: [], scratch: ['/tmp'] },
    environment: (at) => ({ ...environment(at), ...told }),
    files: () => [],
    ready: {
      log: /"msg":"listening"/,
      http: { path: '/readyz', accepts: (status) => status === 200, isAny: false, isOfOthers: false },
      alivePath: '/healthz',
    },
    version: undefined,
    stop: { signal: 'SIGTERM', graceMs: graceMs + marginMs, wholeGroup: false, drains: true },
    reachedBy: ({ host, port }) => ({ NOTIFIER_URL: `http://${host}:${port}` }),
    prepare: undefined,
    // It remembers what it was told.
    betweenTrials: 'anew',
    counters: { path: '/metrics' },
    reload: undefined,
    isForeign: false,
  };
}

/** Beside the reference app its database, for the mails; and the broker that notifications go by. */
function usedIn(system: System | TrialSystem): readonly string[] {
  if (system.kind !== 'app') return [];
  const { by } = system.app.notifications;
  const brokers = servicesBeside(system).filter((use) => use.kind === 'entry' && use.entry === by);
  return [postgres.name, ...brokers.map(({ name }) => name)];
}

function environment({ copy, host, port, lingerMs }: Place): Variables {
  return {
    NODE_ENV: 'production',
    HOST: host,
    PORT: String(port),
    REPLICA_NAME: copy.name,
    GRACE_MS: String(graceMs),
    LINGER_MS: String(lingerMs),
    LOG_LEVEL: 'info',
  };
}
