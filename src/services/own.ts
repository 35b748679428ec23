import type { HostedTopology } from '../model/plan.ts';
import { type CommandSystem, type ImageSystem, type OwnUse, imagePort } from '../model/system.ts';
import type { HttpReadiness, Image, Program, Service, Variables } from './service.ts';

/** A server of the user's own that is under test: a command as a process, or an image as containers. */
export function target(topology: HostedTopology): Service {
  const { replicas, services = [] } = topology;
  const uses = services.map((service) => service.name);
  return own(topology, { name: 'target', role: 'tested', replicas, uses, variable: 'TARGET_URL' });
}

/** A second server of the user's own, beside what is under test. */
export function secondOwn(use: OwnUse): Service {
  const { name, replicas = 1, variable } = use;
  return own(use, { name, role: 'aside', replicas, uses: [], variable });
}

/** What a server of the user's own is in its system. */
interface Part extends Pick<Service, 'name' | 'role' | 'uses'> {
  readonly replicas: number;
  /** By which others are told its address. */
  readonly variable: string;
}

function own(
  system: Omit<CommandSystem, 'services'> | Omit<ImageSystem, 'services'>,
  { name, role, replicas, uses, variable }: Part,
): Service {
  const { limits, readyPath, readyLimitMs, metricsPath, counters: names } = system;
  return {
    name,
    title: name,
    role,
    copies: { kind: 'alike', count: replicas, autoscale: undefined },
    limits,
    asks: { cpu: 0.02, memoryBytes: 128 * 2 ** 20 },
    port: { inside: system.port ?? imagePort, fixed: system.kind === 'command' ? system.port : undefined },
    secrets: [],
    fronts: [],
    uses,
    program: system.kind === 'command' ? programOf(system) : undefined,
    image: system.kind === 'image' ? imageOf(system) : undefined,
    environment: ({ port }) => ({ ...secretOf(system.environment), PORT: String(port) }),
    files: () => [],
    ready: { http: readinessOf(readyPath), limitMs: readyLimitMs },
    version: undefined,
    stop: { signal: 'SIGTERM', graceMs: 5_000, wholeGroup: true, drains: false },
    reachedBy: ({ host, port }) => ({ [variable]: `http://${host}:${port}` }),
    prepare: undefined,
    // What it remembers nobody can make it forget.
    betweenTrials: 'anew',
    counters: metricsPath === undefined ? undefined : { path: metricsPath, names },
    reload: undefined,
    isForeign: true,
  };
}

function programOf({ command, folder, port: fixed }: Omit<CommandSystem, 'services'>): Program {
  return {
    locate: () =>
      Promise.resolve({
        command: '/bin/sh',
        args: ({ port }) => ['-c', command.replaceAll('{port}', String(port))],
      }),
    inherits: 'all',
    user: 'this',
    dataMode: 0o700,
    workingFolder: folder,
    hint:
      fixed === undefined
        ? 'It has to listen on the port in the variable PORT, or where {port} is in its command. ' +
          'If it has a port of its own, write port: 3000 beside its command.'
        : `It has to listen on port ${fixed} of 127.0.0.1.`,
  };
}

function imageOf({ image, args, port }: Omit<ImageSystem, 'services'>): Image {
  return {
    from: { own: image },
    args: () => args,
    user: undefined,
    data: [],
    scratch: [],
    hint: `It has to listen on port ${port} of all addresses (0.0.0.0); the variable PORT says so, too.`,
  };
}

/** What it is told may hold passwords. */
function secretOf(environment: Readonly<Record<string, string>>): Variables {
  return Object.fromEntries(Object.entries(environment).map(([name, secret]) => [name, { secret }]));
}

/** Any answer shows that it listens, unless a path of it is named that says more. */
function readinessOf(path: string | undefined): HttpReadiness {
  return path === undefined
    ? { path: '/', accepts: () => true, isAny: true, isOfOthers: false }
    : { path, accepts: (status) => status < 400, isAny: false, isOfOthers: false };
}
