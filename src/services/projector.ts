import { servicesBeside, type TrialSystem } from '../model/plan.ts';
import type { EntryUse, System } from '../model/system.ts';
import { appBundle } from './app.ts';
import { kafka } from './kafka.ts';
import { redis } from './redis.ts';
import type { Entry, Place, Service, Variables } from './service.ts';

/** What the program of the reference app is told to be. */
const role = ['projector'];

/** How long it may take to end what it is at when it is told to stop. */
const graceMs = 3_000;
/** What it takes to end beyond that. */
const marginMs = 1_000;

/** The projector of the reference app: it makes summaries in Redis of the events in Kafka. */
export const projector: Entry = {
  name: 'projector',
  what: 'a service that makes summaries of users in Redis of the events in Kafka',
  copies: 'one',
  describe,
};

function describe({ name, limits }: EntryUse, system: System | TrialSystem): Service {
  const logs = servicesBeside(system).filter((use) => use.kind === 'entry' && use.entry === kafka.name);
  return {
    name,
    title: name,
    role: 'aside',
    copies: { kind: 'one' },
    limits,
    asks: { cpu: 0.02, memoryBytes: 96 * 2 ** 20 },
    port: { inside: 3000 },
    secrets: [],
    fronts: [],
    uses: [redis.name, ...logs.map((use) => use.name)],
    program: {
      locate: ({ app: bundle }) => Promise.resolve({ command: process.execPath, args: () => [bundle, ...role] }),
      inherits: 'little',
      user: 'this',
      dataMode: 0o700,
      workingFolder: undefined,
    },
    image: { from: { lab: true }, args: () => [appBundle, ...role], user: undefined, data: [], scratch: ['/tmp'] },
    environment,
    files: () => [],
    ready: {
      log: /"msg":"listening"/,
      http: { path: '/readyz', accepts: (status) => status === 200, isAny: false, isOfOthers: false },
      alivePath: '/healthz',
    },
    version: undefined,
    stop: { signal: 'SIGTERM', graceMs: graceMs + marginMs, wholeGroup: false, drains: true },
    reachedBy: ({ host, port }) => ({ PROJECTOR_URL: `http://${host}:${port}` }),
    prepare: undefined,
    // What it has begun with may not be there any more.
    betweenTrials: 'anew',
    counters: { path: '/metrics' },
    reload: undefined,
    isForeign: false,
  };
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
