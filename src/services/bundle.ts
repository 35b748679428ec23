import type { Place, Service, Variables } from './service.ts';

/** The bundle of the reference app, as it is called in the image of the lab's own programs. */
const bundle = 'target-app.mjs';

/** How long a copy may take to answer what is in flight when it is told to stop. */
const graceMs = 3_000;
/** What it takes to end beyond that. */
const marginMs = 1_000;

/** What a server of the reference app's bundle has of its own. */
interface Server extends Pick<Service, 'name' | 'copies' | 'limits' | 'uses' | 'reachedBy'> {
  /** What its program is told to be. */
  readonly task: string;
  /** What it is told besides. */
  readonly told: Variables;
}

/** A server of the reference app's bundle that runs beside the app. */
export function serverOfBundle({ task, told, name, ...own }: Server): Service {
  return {
    name,
    title: name,
    role: 'aside',
    asks: { cpu: 0.02, memoryBytes: 96 * 2 ** 20 },
    port: { inside: 3000 },
    secrets: [],
    fronts: [],
    ...runningBundle([task]),
    environment: (at) => ({ ...toldToServer(at), ...told }),
    files: () => [],
    ready: {
      log: /"msg":"listening"/,
      http: { path: '/readyz', accepts: (status) => status === 200, isAny: false, isOfOthers: false },
      alivePath: '/healthz',
    },
    version: undefined,
    stop: { signal: 'SIGTERM', graceMs: graceMs + marginMs, wholeGroup: false, drains: true },
    prepare: undefined,
    // It remembers what it was told, and what it has begun with may not be there any more.
    betweenTrials: 'anew',
    counters: { path: '/metrics' },
    reload: undefined,
    isForeign: false,
    ...own,
  };
}

/** How the bundle is run for these tasks, as a process and as a container; and to prepare, where there is something to be prepared. */
export function runningBundle(
  tasks: readonly string[],
  preparing?: readonly string[],
): Pick<Service, 'program' | 'image'> {
  return {
    program: {
      locate: ({ app }) =>
        Promise.resolve({
          command: process.execPath,
          args: () => [app, ...tasks],
          ...(preparing && { prepareArgs: () => [app, ...preparing] }),
        }),
      inherits: 'little',
      user: 'this',
      dataMode: 0o700,
      workingFolder: undefined,
    },
    image: {
      from: { lab: true },
      args: () => [bundle, ...tasks],
      ...(preparing && { prepareArgs: () => [bundle, ...preparing] }),
      user: undefined,
      data: [],
      scratch: ['/tmp'],
    },
  };
}

/** What each server of the bundle is told. */
export function toldToServer({
  copy,
  host,
  port,
  lingerMs,
}: Pick<Place, 'copy' | 'host' | 'port' | 'lingerMs'>): Variables {
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
