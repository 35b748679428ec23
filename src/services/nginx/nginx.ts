import path from 'node:path';
import { nginx as executable, printedVersion, requireExecutable } from '../../machine/executable.ts';
import type { Balancer } from '../../model/system.ts';
import { words, type Machine, type Place, type Runnable, type Service } from '../service.ts';
import { nginxConfiguration } from './configuration.ts';

const file = 'nginx.conf';

/** What nginx is started from, and how its version is learnt, whatever it is to stand in front of. */
export const nginxProgram = {
  name: 'nginx',
  // Its worker, which root's nginx runs as another user, keeps large bodies in its folder.
  program: { locate, inherits: 'little', user: 'this', dataMode: 0o711, workingFolder: undefined },
  image: {
    from: { base: 'nginx' },
    entrypoint: ['nginx'],
    args,
    // Nobody, whom images need not know by name: it reads no file but its own.
    user: { number: 65534 },
    data: [],
    scratch: ['/run/nginx'],
  },
  version: { name: 'nginx', variable: 'NGINX_VERSION' },
} satisfies Pick<Service, 'name' | 'program' | 'image' | 'version'>;

/**
 * nginx in front of all copies of a service. `balancer` is how it chooses among them: in turn where nothing is said. Only the one in
 * front of what is tested is called "nginx".
 */
export function nginx(fronted: Service, balancer: Balancer | undefined): Service {
  const name = fronted.role === 'tested' ? nginxProgram.name : `${fronted.name}-balancer`;
  return {
    ...nginxProgram,
    name,
    title: name,
    role: 'balancer',
    copies: { kind: 'one' },
    limits: { cpu: undefined, memoryBytes: undefined },
    asks: { cpu: 0.01, memoryBytes: 64 * 2 ** 20 },
    port: { inside: 8080 },
    secrets: [],
    fronts: [fronted.name],
    uses: [],
    environment: () => ({}),
    files: (at) => [{ name: file, text: configuration(at, fronted.name, balancer) }],
    ready: {
      log: /start worker process/,
      ...(fronted.ready.http === undefined ? {} : { http: { ...fronted.ready.http, isOfOthers: true } }),
      command: ['sh', '-c', 'kill -0 "$(cat /run/nginx/nginx.pid)"'],
    },
    stop: { signal: 'SIGTERM', graceMs: 2_000, wholeGroup: false, drains: false },
    reachedBy: () => ({}),
    prepare: undefined,
    betweenTrials: 'stays-if-same',
    counters: undefined,
    reload: reloadScript,
    isForeign: false,
  };
}

function args({ data, folder }: Place): readonly string[] {
  return ['-p', data, '-c', path.join(folder, file)];
}

async function locate({ environment }: Machine, signal: AbortSignal): Promise<Runnable> {
  const command = await requireExecutable(executable, environment);
  return { command, args, version: await printedVersion(command, '-v', signal).catch(() => undefined) };
}

function configuration(at: Place, fronted: string, balancer: Balancer | undefined): string {
  const upstreams = at.copiesOf(fronted).map(({ host, port }) => `${host}:${port}`);
  return nginxConfiguration({ listen: `${at.host}:${at.port}`, upstreams, balancer });
}

/**
 * Waits until the workers that knew the old configuration are gone: the new ones are there before that. Not by its log, which is
 * as long as what has failed. A process is told of by its id, name, state and parent.
 */
function reloadScript(at: Place): string {
  return `master=$(cat ${words([path.join(at.data, 'nginx.pid')])})
processes() { if [ -e /proc/self/stat ]; then cat /proc/[0-9]*/stat; else ps -axo pid=,comm=,state=,ppid=; fi 2>/dev/null; }
workers() { processes | while read -r pid _ _ parent _; do [ "$parent" != "$master" ] || echo "$pid"; done; }
old=$(workers)
nginx ${words(args(at))} -s reload || exit 1
for pid in $old; do while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done; done`;
}
