import { kafka } from './kafka.ts';
import { notifier } from './notifier.ts';
import { pgbouncer } from './pgbouncer.ts';
import { shard } from './postgres/shard.ts';
import { standby } from './postgres/standby.ts';
import { projector } from './projector.ts';
import { rabbitmq } from './rabbitmq.ts';
import type { Entry } from './service.ts';

/** All that a scenario file may name. */
export const catalogue: readonly Entry[] = [kafka, notifier, pgbouncer, projector, rabbitmq, shard, standby];

/**
 * The entry of that name.
 * @throws where there is none: a file that names it was refused
 */
export function entryOf(name: string): Entry {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`The catalogue has no ${name}.`);
  return entry;
}
