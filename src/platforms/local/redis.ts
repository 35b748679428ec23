import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { redisServer, requireExecutable } from '../../machine/executable.ts';
import { withPort } from '../../machine/ports.ts';
import type { Backend } from './postgres.ts';
import type { RunContext } from './run-context.ts';

const isReady = (log: string): true | undefined => log.includes('Ready to accept connections') || undefined;

/** Starts an empty Redis: loopback only, a random password, nothing written to disk. */
export async function startRedis(run: RunContext, signal: AbortSignal): Promise<Backend> {
  const command = await requireExecutable(redisServer, run.environment);
  const password = randomBytes(18).toString('base64url');
  const settings = path.join(run.folder, 'redis.conf');
  return withPort(async (port) => {
    // A file, not arguments: everybody on the machine can read those.
    const text = `bind 127.0.0.1
port ${port}
requirepass ${password}
save ""
appendonly no
daemonize no
`;
    await writeFile(settings, text, { mode: 0o600 });
    const service = await run.start(
      {
        name: 'Redis',
        command,
        args: [settings],
        environment: run.environment,
        folder: run.folder,
        log: 'redis.log',
        backend: true,
        stopSignal: 'SIGTERM',
        graceMs: 5_000,
      },
      signal,
    );
    await service.ready(service.logged(isReady), signal);
    const version = /version=(\d[\d.]*)/.exec(await service.log())?.[1] ?? 'unknown';
    return { url: `redis://:${password}@127.0.0.1:${port}/0`, version, service };
  });
}
