import { servicesBeside, type TrialSystem } from '../model/plan.ts';
import type { EntryUse, System } from '../model/system.ts';
import { serverOfBundle } from './bundle.ts';
import { kafka } from './kafka.ts';
import { redis } from './redis.ts';
import type { Entry, Service } from './service.ts';

/** The projector of the reference app: it makes summaries in Redis of the events in Kafka. */
export const projector: Entry = {
  name: 'projector',
  what: 'a service that makes summaries of users in Redis of the events in Kafka',
  copies: 'one',
  describe,
};

function describe({ name, limits }: EntryUse, system: System | TrialSystem): Service {
  const logs = servicesBeside(system).filter((use) => use.kind === 'entry' && use.entry === kafka.name);
  return serverOfBundle({
    name,
    task: 'projector',
    told: {},
    copies: { kind: 'one' },
    limits,
    uses: [redis.name, ...logs.map((use) => use.name)],
    reachedBy: ({ host, port }) => ({ PROJECTOR_URL: `http://${host}:${port}` }),
  });
}
