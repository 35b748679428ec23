import os from 'node:os';
import { openPlatform } from '../src/platforms/index.ts';
import { problemOfEntry } from '../test/conformance/requirements.ts';
import { type CommandName, type SystemName, systemNames } from './case.ts';
import type { Place, ServiceName } from './place.ts';

/** What a scenario has besides its two variants, at two replicas each. */
interface System {
  /** What of the catalogue it has, which a machine has to bring. */
  readonly entries: readonly string[];
  /** The services that it alone has. */
  readonly services: readonly ServiceName[];
  /** As its file says it. */
  readonly lines: (command: CommandName) => string;
}

const reading = `
    workload: ['GET /todos/{todo}']
    keys: { todo: { uniform: 100 } }`;

const writing = `
    workload: [{ request: POST /todos, body: { title: 'for {user}', userId: '{user}' }, check: { status: 201 } }]
    keys: { user: { uniform: 100 } }`;

/** The link is there for what is done to it, and nothing is while a rate is looked for. */
const slowed = `
    acts: [{ at: 200ms, slow-link: { from: app, to: pooler }, latency: 1ms, for: 200ms }]`;

const systems: Readonly<Record<SystemName, System>> = {
  stores: { entries: [], services: [], lines: () => reading },
  pooler: {
    entries: ['pgbouncer'],
    services: ['pooler', 'pooler-link'],
    lines: (command) => `${reading}
    services: { pooler: pgbouncer }${command === 'max-rps' ? '' : slowed}`,
  },
  messages: {
    entries: ['rabbitmq'],
    services: ['mailer', 'broker'],
    lines: () => `${writing}
    services: { mailer: notifier, broker: rabbitmq }
    app: { notifications: rabbitmq }`,
  },
};

/** The scenario that a command is given: two variants, so that there is something to be changed between trials. */
export function scenarioFile(system: SystemName, command: CommandName): string {
  return `version: 1
scenarios:
  two:
    question: Does it end in order?${systems[system].lines(command)}
    load: { connections: 4, warmup: 500ms, duration: 1s }
    variants: { plain: {}, cached: { app: { cache: aside } } }
    replicas: [2]
`;
}

/** The systems that have a service; undefined of one that all have. */
export function systemsWith(service: ServiceName): readonly SystemName[] | undefined {
  const having = systemNames.filter((name) => systems[name].services.includes(service));
  return having.length === 0 ? undefined : having;
}

/** Why a system cannot run at a place; undefined where it can. */
export async function problemOfSystem(
  name: SystemName,
  place: Pick<Place, 'name' | 'environment'>,
): Promise<string | undefined> {
  const { environment } = place;
  const platform = await openPlatform(place.name, { environment, temporaryFolder: os.tmpdir() });
  const requirements = await platform.requirements(new AbortController().signal);
  return systems[name].entries.map((entry) => problemOfEntry(entry, requirements)).find((why) => why !== undefined);
}
