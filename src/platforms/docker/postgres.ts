import { randomBytes } from 'node:crypto';
import {
  isPostgresReady,
  postgresEnvironment,
  postgresFolders,
  postgresUrl,
  postgresStart,
} from '../common/postgres-container.ts';
import type { Image } from '../engine/base-images.ts';
import { type Backend, askUntil, healthEveryMs, versionIn } from './backend.ts';
import type { RunContext } from './run-context.ts';

async function entrypointOf({ settings }: RunContext, { id }: Image): Promise<readonly string[]> {
  const { Config } = await settings.engine.docker.getImage(id).inspect();
  return [Config.Entrypoint ?? []].flat();
}

/**
 * Makes a new, empty database and starts its server: a random password, statements counted, otherwise PostgreSQL's
 * defaults. Its data lies on the Engine's disk, as it does on other platforms: in memory a commit would cost nothing.
 */
export async function startPostgres(run: RunContext, signal: AbortSignal): Promise<Backend> {
  const password = randomBytes(18).toString('base64url');
  const image = await run.settings.image('postgres', signal);
  const container = await run.start(
    {
      service: 'postgres',
      title: 'PostgreSQL',
      image: image.name,
      entrypoint: ['sh', '-c', postgresStart, 'sh', ...(await entrypointOf(run, image))],
      command: ['postgres'],
      user: 'postgres',
      environment: { ...postgresEnvironment, POSTGRES_PASSWORD: password },
      volumes: [...Object.values(postgresFolders), ...image.volumes],
      writable: ['/tmp'],
      health: { command: isPostgresReady, everyMs: healthEveryMs },
    },
    signal,
  );
  const wait = askUntil(isPostgresReady.join(' '), 'postgres --version');
  const printed = await container.ready((limited) => container.execute(wait, limited), signal);
  return { url: postgresUrl(password), version: versionIn(printed), container };
}
