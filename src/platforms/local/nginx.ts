import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { nginx, requireExecutable } from '../../machine/executable.ts';
import { withPort } from '../../machine/ports.ts';
import type { Balancer } from '../../model/system.ts';
import { nginxConfiguration } from '../../services/nginx/configuration.ts';
import { ask, untilReady } from '../common/answer.ts';
import { whileAnyRuns } from '../common/deaths.ts';
import type { Readiness } from '../common/hosting.ts';
import type { Replica } from './app.ts';
import type { RunContext } from './run-context.ts';
import type { Service } from './service.ts';

/** A balancer that runs, and the address that load goes to. */
export interface BalancerInFront {
  readonly url: string;
  readonly service: Service;
}

// Said after the port is bound: an answer on it before that would be somebody else's.
const hasStarted = (log: string): true | undefined => log.includes('start worker process') || undefined;

/** Starts nginx in front of the replicas, and waits until one of them answers through it. */
export async function startNginx(
  run: RunContext,
  replicas: readonly Replica[],
  balancer: Balancer | undefined,
  { path: readyPath, accepts }: Readiness,
  signal: AbortSignal,
): Promise<BalancerInFront> {
  const command = await requireExecutable(nginx, run.environment);
  const prefix = path.join(run.folder, 'nginx');
  await mkdir(prefix, { recursive: true });
  // Its worker, which root's nginx runs as another user, keeps large bodies in there, whatever the umask is.
  await chmod(prefix, 0o711);
  return withPort(async (port) => {
    const configuration = nginxConfiguration({
      listen: `127.0.0.1:${port}`,
      upstreams: replicas.map((replica) => `127.0.0.1:${replica.port}`),
      balancer,
    });
    await writeFile(path.join(prefix, 'nginx.conf'), configuration);
    const service = await run.start(
      {
        name: 'nginx',
        command,
        args: ['-p', prefix, '-c', path.join(prefix, 'nginx.conf')],
        environment: run.environment,
        folder: run.folder,
        log: 'nginx.log',
        stopSignal: 'SIGTERM',
        graceMs: 2_000,
      },
      signal,
    );
    await service.ready(service.logged(hasStarted), signal);
    const url = `http://127.0.0.1:${port}`;
    await whileAnyRuns(replicas, signal, (watched) =>
      service.ready((limited) => untilReady(url + readyPath, limited, ask, accepts), watched),
    );
    return { url, service };
  });
}
