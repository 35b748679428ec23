/** The user that owns the database. */
export const postgresUser = 'scale_lab';

/** Where images keep data; both belong to the user that the server runs as. */
export const postgresFolders = { home: '/var/lib/postgresql', sockets: '/var/run/postgresql' } as const;

/** Asks whether it is ready. Over TCP: the server that initialises the data listens on its socket only. */
export const isPostgresReady: readonly string[] = [
  'pg_isready',
  '--quiet',
  '--host=127.0.0.1',
  `--username=${postgresUser}`,
];

/**
 * For `sh -c`, before what the image would start: the same, with the module that counts what each statement took. Where the
 * image has that, because without it, naming it would end the server.
 */
export const postgresStart = `[ -e "$(pg_config --pkglibdir 2>/dev/null)/pg_stat_statements.so" ] &&
  set -- "$@" -c shared_preload_libraries=pg_stat_statements
exec "$@"`;

/** The settings of the official images, but for the password. */
export const postgresEnvironment: Readonly<Record<string, string>> = {
  POSTGRES_USER: postgresUser,
  POSTGRES_DB: 'postgres',
  // Said here, because it is another one from PostgreSQL 18 on.
  PGDATA: `${postgresFolders.home}/scale-lab`,
  POSTGRES_INITDB_ARGS: '--encoding=UTF8 --no-locale --no-sync',
  LANG: 'C.UTF-8',
};

/** Where the application finds it. */
export function postgresUrl(password: string): string {
  return `postgres://${postgresUser}:${password}@postgres:5432/postgres`;
}
