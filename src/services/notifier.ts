import { notifierEnvironmentOf } from '../model/app-environment.ts';
import { servicesBeside, type TrialSystem } from '../model/plan.ts';
import type { EntryUse, System } from '../model/system.ts';
import { serverOfBundle } from './bundle.ts';
import { postgres } from './postgres/postgres.ts';
import type { Entry, Service } from './service.ts';

/** The notification service of the reference app: told of each todo that is created, over HTTP or by a broker. */
export const notifier: Entry = {
  name: 'notifier',
  what: 'a notification service, which the app tells of every todo that is created',
  copies: 'alike',
  describe,
};

function describe({ name, replicas = 1, limits }: EntryUse, system: System | TrialSystem): Service {
  return serverOfBundle({
    name,
    task: 'notifier',
    told: system.kind === 'app' ? notifierEnvironmentOf(system.app) : {},
    copies: { kind: 'alike', count: replicas, autoscale: undefined },
    limits,
    uses: usedIn(system),
    reachedBy: ({ host, port }) => ({ NOTIFIER_URL: `http://${host}:${port}` }),
  });
}

/** Beside the reference app its database, for the mails; and the broker that notifications go by. */
function usedIn(system: System | TrialSystem): readonly string[] {
  if (system.kind !== 'app') return [];
  const { by } = system.app.notifications;
  const brokers = servicesBeside(system).filter((use) => use.kind === 'entry' && use.entry === by);
  return [postgres.name, ...brokers.map(({ name }) => name)];
}
