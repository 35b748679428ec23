import type { EntryUse } from '../../model/system.ts';
import type { Entry, Service } from '../service.ts';
import { postgres } from './postgres.ts';

/** A further PostgreSQL, for a part of the users: who uses it is told its address by its name, `SHARD_URL_NORTH` for `north`. */
export const shard: Entry = {
  name: 'shard',
  what: 'a further PostgreSQL, for a part of the users; one for the whole run',
  copies: 'one',
  describe,
};

function describe({ name, limits }: EntryUse): Service {
  const variable = `SHARD_URL_${name.toUpperCase().replaceAll('-', '_')}`;
  return {
    ...postgres,
    name,
    title: `PostgreSQL (${name})`,
    limits,
    reachedBy: (at) => {
      const { DATABASE_URL: url = '' } = postgres.reachedBy(at);
      return { [variable]: url };
    },
  };
}
