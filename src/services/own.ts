import type { HostedTopology } from '../model/plan.ts';
import { type CommandSystem, type ImageSystem, imagePort } from '../model/system.ts';
import type { HttpReadiness, Image, Program, Service, Variables } from './service.ts';

/** A server of the user's own: a command as a process, or an image as containers. */
export function own(topology: HostedTopology): Service {
  const { limits, replicas, readyPath, readyLimitMs, metricsPath, counters: names } = topology;
  return {
    name: 'target',
    title: 'target',
    role: 'tested',
    copies: { kind: 'alike', count: replicas, autoscale: undefined },
    limits,
    asks: { cpu: 0.02, memoryBytes: 128 * 2 ** 20 },
    port: { inside: topology.port ?? imagePort, fixed: topology.kind === 'command' ? topology.port : undefined },
    secrets: [],
    fronts: [],
    uses: [],
    program: topology.kind === 'command' ? programOf(topology) : undefined,
    image: topology.kind === 'image' ? imageOf(topology) : undefined,
    environment: ({ port }) => ({ ...secretOf(topology.environment), PORT: String(port) }),
    files: () => [],
    ready: { http: readinessOf(readyPath), limitMs: readyLimitMs },
    version: undefined,
    stop: { signal: 'SIGTERM', graceMs: 5_000, wholeGroup: true, drains: false },
    reachedBy: ({ host, port }) => ({ TARGET_URL: `http://${host}:${port}` }),
    prepare: undefined,
    // What it remembers nobody can make it forget.
    betweenTrials: 'anew',
    counters: metricsPath === undefined ? undefined : { path: metricsPath, names },
    reload: undefined,
    isForeign: true,
  };
}

function programOf({ command, folder, port: fixed }: CommandSystem): Program {
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
          'If it has a port of its own, write port: 3000 into its target.'
        : `It has to listen on port ${fixed} of 127.0.0.1.`,
  };
}

function imageOf({ image, args, port }: ImageSystem): Image {
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
