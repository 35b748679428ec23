import { servicesBeside } from '../model/plan.ts';
import { appIn, type System } from '../model/system.ts';
import { notifier } from '../services/notifier.ts';
import { shard } from '../services/postgres/shard.ts';
import { placeOf } from './parse-services.ts';
import type { Reader } from './reader.ts';
import type { Entry } from './yaml/tree.ts';

/** Tells of a variant whose app is sharded without a shard, or with what knows of one database only. */
export function checkSharding(system: System, app: Entry | undefined, reader: Reader): void {
  const settings = appIn(system);
  if (settings === undefined || app === undefined || settings.sharding === 'none') return;
  const sharded = `the app is sharded by ${settings.sharding}, and`;
  const entries = servicesBeside(system).flatMap((use) => (use.kind === 'entry' ? [use.entry] : []));
  if (!entries.includes(shard.name)) {
    const hint = 'write services: { shard-a: shard, shard-b: shard }';
    reader.fault(placeOf(app, 'sharding'), { sentence: `${sharded} there is no shard beside it`, hint });
  }
  const { graphql, notifications, reads } = settings;
  const misfits = [
    { key: 'graphql', what: `graphql: ${graphql}`, isMeant: graphql !== 'off' },
    { key: 'notifications', what: `notifications: ${notifications.by}`, isMeant: notifications.by !== 'http' },
    { key: 'notifications', what: `order: ${notifications.order}`, isMeant: notifications.order !== 'write-first' },
    { key: 'reads', what: `reads: ${reads.from}`, isMeant: reads.from !== 'primary' },
    { key: 'sharding', what: `the service ${notifier.name}`, isMeant: entries.includes(notifier.name) },
  ];
  for (const { key, what } of misfits.filter(({ isMeant }) => isMeant)) {
    const sentence = `${sharded} that does not go with ${what}`;
    const hint = 'leave one of them out: only users and their todos are in shards';
    reader.fault(placeOf(app, key), { sentence, hint });
  }
}
