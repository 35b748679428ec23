import { randomBytes } from 'node:crypto';
import { type Backend, askUntil, healthEveryMs, versionIn } from './backend.ts';
import type { RunContext } from './run-context.ts';

const userName = 'scale_lab';
/** Where images keep data; both belong to the user that the server runs as. */
const home = '/var/lib/postgresql';
const sockets = '/var/run/postgresql';
const isReady = ['pg_isready', '--quiet', '--host=127.0.0.1', `--username=${userName}`];

// What the image would start, with the module that counts what each statement took: where the image has that, because
// without it, naming it would end the server.
const start = `[ -e "$(pg_config --pkglibdir 2>/dev/null)/pg_stat_statements.so" ] &&
  set -- "$@" -c shared_preload_libraries=pg_stat_statements
exec "$@"`;

async function entrypointOf({ settings }: RunContext): Promise<readonly string[]> {
  const { images, engine } = settings;
  const { Config } = await engine.docker.getImage(images.postgres.id).inspect();
  return [Config.Entrypoint ?? []].flat();
}

/**
 * Makes a new, empty database and starts its server: a random password, statements counted, otherwise PostgreSQL's
 * defaults. Its data lies on the Engine's disk, as it does on other platforms: in memory a commit would cost nothing.
 */
export async function startPostgres(run: RunContext, signal: AbortSignal): Promise<Backend> {
  const password = randomBytes(18).toString('base64url');
  const image = run.settings.images.postgres;
  run.settings.onStep('PostgreSQL starts');
  const container = await run.start(
    {
      service: 'postgres',
      title: 'PostgreSQL',
      image: image.name,
      entrypoint: ['sh', '-c', start, 'sh', ...(await entrypointOf(run))],
      command: ['postgres'],
      user: 'postgres',
      environment: {
        POSTGRES_USER: userName,
        POSTGRES_PASSWORD: password,
        POSTGRES_DB: 'postgres',
        // Said here, because it is another one from PostgreSQL 18 on.
        PGDATA: `${home}/scale-lab`,
        POSTGRES_INITDB_ARGS: '--encoding=UTF8 --no-locale --no-sync',
        LANG: 'C.UTF-8',
      },
      volumes: [home, sockets, ...image.volumes],
      writable: ['/tmp'],
      health: { command: isReady, everyMs: healthEveryMs },
    },
    signal,
  );
  // Over TCP: the server that initialises the data listens on its socket only.
  const wait = askUntil(isReady.join(' '), 'postgres --version');
  const printed = await container.ready((limited) => container.execute(wait, limited), signal);
  return {
    url: `postgres://${userName}:${password}@postgres:5432/postgres`,
    version: versionIn(printed),
    container,
  };
}
