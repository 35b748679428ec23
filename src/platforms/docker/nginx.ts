import type { Balancer } from '../../model/system.ts';
import { nginxConfiguration } from '../../services/nginx/configuration.ts';
import { untilReady } from '../common/answer.ts';
import { whileAnyRuns } from '../common/deaths.ts';
import type { Readiness } from '../common/hosting.ts';
import type { Agent } from './agent-connection.ts';
import type { Replica } from './app.ts';
import { healthEveryMs } from './backend.ts';
import type { Container } from './container.ts';
import type { RunContext } from './run-context.ts';

/** A balancer that runs, and the address that load goes to. */
export interface BalancerInFront {
  readonly url: string;
  readonly container: Container;
}

const port = 8080;
const url = `http://nginx:${port}`;
const prefix = '/run/nginx';
const program = `nginx -p ${prefix} -c ${prefix}/nginx.conf`;
// By the environment: a file of this machine is nothing that a remote Engine could see.
const write = `printf '%s' "$CONFIGURATION" > ${prefix}/nginx.conf`;

// Not by its log, which is as long as what has failed. A process is told of by its id, name, state and parent.
const reload = `master=$(cat ${prefix}/nginx.pid)
workers() {
  cat /proc/[0-9]*/stat 2>/dev/null | while read -r pid _ _ parent _; do [ "$parent" != "$master" ] || echo "$pid"; done
}
old=$(workers)
${write} && ${program} -s reload || exit 1
for pid in $old; do while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done; done`;

function configuration(replicas: readonly Replica[], balancer: Balancer | undefined): string {
  const upstreams = replicas.map(({ name, port: inside }) => `${name}:${inside}`);
  return nginxConfiguration({ listen: String(port), upstreams, balancer });
}

/** Starts nginx in front of the replicas, and waits until one of them answers through it. */
export async function startNginx(
  run: RunContext,
  agent: Agent,
  replicas: readonly Replica[],
  balancer: Balancer | undefined,
  { path, accepts }: Readiness,
  signal: AbortSignal,
): Promise<BalancerInFront> {
  const image = await run.settings.image('nginx', signal);
  const container = await run.start(
    {
      service: 'nginx',
      title: 'nginx',
      image: image.name,
      volumes: image.volumes,
      entrypoint: ['sh', '-c'],
      command: [`${write} && exec ${program}`],
      // Nobody, whom images need not know by name: it reads no file but its own.
      user: '65534:65534',
      environment: { CONFIGURATION: configuration(replicas, balancer) },
      writable: [prefix],
      health: { command: ['sh', '-c', `kill -0 "$(cat ${prefix}/nginx.pid)"`], everyMs: healthEveryMs },
      publish: run.settings.publish ? port : undefined,
    },
    signal,
  );
  await whileAnyRuns(
    replicas.map(({ name, container: service }) => ({ name, service })),
    signal,
    (watched) => container.ready((limited) => untilReady(url + path, limited, agent.ask, accepts), watched),
  );
  return { url, container };
}

/** Tells nginx of other replicas, and waits until the worker that knew the old ones is gone: the new one is there before that. */
export async function reloadNginx(
  { container }: BalancerInFront,
  replicas: readonly Replica[],
  balancer: Balancer | undefined,
  signal: AbortSignal,
): Promise<void> {
  const environment = [`CONFIGURATION=${configuration(replicas, balancer)}`];
  await container.ready((limited) => container.execute(['sh', '-c', reload], limited, environment), signal);
}
