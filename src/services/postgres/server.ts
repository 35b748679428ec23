import path from 'node:path';
import { words, type File, type Place } from '../service.ts';

/** Who comes to the database: the same one at a primary and at its standbys. */
export const userName = 'scale_lab';

/** Where images keep data, and where they have a socket; both belong to the user that the server runs as. */
export const folders = { home: '/var/lib/postgresql', sockets: '/var/run/postgresql' } as const;

/** Over TCP: the server that initialises the data listens on its socket only. */
export const isReady = ['pg_isready', '--quiet', '--host=127.0.0.1', `--username=${userName}`];

/**
 * Who may connect: everybody with the password, also to copy all that there is and to follow what is written, which is a standby's way.
 * Official images leave that out, and have a socket that only they themselves use.
 */
export const access: File = {
  name: 'pg_hba.conf',
  text: `local all all trust
host all all all scram-sha-256
host replication all all scram-sha-256
`,
};

/** The setting by which a server goes by it. */
export function accessSetting({ folder }: Pick<Place, 'folder'>): readonly string[] {
  return ['-c', `hba_file=${path.join(folder, access.name)}`];
}

/** Shared memory of System V's kind outlives who made it; its key and its id stand in the seventh line of a file in the data. */
export function removeSharedMemory(data: string): string {
  const file = words([path.join(data, 'postmaster.pid')]);
  return `id=$(sed -n '7s/.* //p' ${file} 2>/dev/null)
[ -z "$id" ] || { ipcrm -m "$id" && rm ${file}; }`;
}
