import { type CommandName, commandNames, type FaultCase, type Phase, phases, placeNames } from './case.ts';
import {
  type Armed,
  type Expectation,
  type Fault,
  ifGivenUp,
  inError,
  type Scene,
  unlessAtEnd,
  wellEnded,
} from './fault.ts';
import type { LabUnderFault } from './lab.ts';
import { serviceNames, type ServiceName, type Victim } from './place.ts';
import { systemsWith } from './systems.ts';

/** What each is called by whoever tells of it. */
const titles: Readonly<Record<ServiceName, string>> = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  app: 'the app',
  nginx: 'nginx',
  pooler: 'PgBouncer',
  'pooler-link': 'the link to PgBouncer',
  mailer: 'the notifier',
  broker: 'RabbitMQ',
  load: 'the load worker',
};

const namesOf: Readonly<Record<ServiceName, RegExp>> = {
  postgres: /PostgreSQL|postgres/,
  redis: /Redis/i,
  app: /\bapp\b|[Aa]pplication/,
  nginx: /nginx|balancer/,
  pooler: /PgBouncer/,
  'pooler-link': /pooler-link/,
  mailer: /mailer/,
  broker: /RabbitMQ/,
  load: /[Ll]oad (?:worker|generator)/,
};

/** They are there for the whole run. */
const stores: readonly ServiceName[] = ['postgres', 'redis', 'broker'];

const lookEveryMs = 150;

const withWorker: readonly Phase[] = ['warm-up', 'measuring', 'between trials'];

/** The first copy of a service, as soon as there is one. */
async function victim(lab: LabUnderFault, { place, bench }: Scene, service: ServiceName): Promise<Victim | undefined> {
  return lab.until(async () => {
    const found = await place.find(bench, service);
    // To look for it takes a while of what the run needs as well.
    if (found === undefined) await lab.waits(lookEveryMs);
    return found;
  });
}

function arm(scene: Scene, service: ServiceName, act: (victim: Victim) => Promise<void>): Armed {
  return {
    strike: async (lab) => {
      const found = await victim(lab, scene, service);
      if (found === undefined) return false;
      try {
        await act(found);
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    },
  };
}

/** Whether what was to be done came too late for a process, a container or a pod. */
function isGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const of = (key: string): unknown => (key in error ? Reflect.get(error, key) : undefined);
  return of('code') === 'ESRCH' || [404, 409].includes(Number(of('statusCode') ?? of('code')));
}

/** Commands in which a service is not there. */
const commandsWithout: Readonly<Partial<Record<ServiceName, readonly CommandName[]>>> = {
  load: ['up'],
  'pooler-link': ['max-rps'],
};

/** What is common to all faults of a service. */
function ofService(service: ServiceName): Pick<Fault, 'platforms' | 'commands' | 'systems' | 'phases'> {
  return {
    // A cluster deals the requests out itself.
    platforms: placeNames.filter((name) => service !== 'nginx' || name !== 'kubernetes'),
    commands: commandNames.filter((name) => !commandsWithout[service]?.includes(name)),
    systems: systemsWith(service),
    phases: service === 'load' ? withWorker : phases,
  };
}

/** What may come of the loss of a service: of one that has copies, or that a platform starts again, the run may go on. */
function lossOf(service: ServiceName, kase: FaultCase): Expectation {
  const { command, phase, platform } = kase;
  const names = namesOf[service];
  const isRestarted = platform === 'kubernetes';
  // It is told of, and stays until it is told to end.
  if (command === 'up' && phase !== 'set-up')
    return { codes: [0], says: () => (isRestarted ? undefined : inError(names)) };
  // A worker may have given its result by then.
  const goesOn = service === 'app' || service === 'mailer' || service === 'load' || isRestarted;
  // What is no store is started anew there all the same.
  const isBetween = phase === 'between trials' && !stores.includes(service);
  const codes = goesOn || isBetween ? [...wellEnded, 4] : unlessAtEnd(kase, [4]);
  // A copy that is lost in a trial, which goes on without it, is told of with its results.
  const isCopy = service === 'app' || service === 'mailer';
  const isToldAll = isCopy && !isRestarted && (phase === 'warm-up' || phase === 'measuring');
  const ofCopy = new RegExp(`${service}-1 was (?:killed|removed)`);
  return { codes, says: (code) => (isToldAll && code < 4 ? ofCopy : ifGivenUp(names)(code)) };
}

function killed(service: ServiceName): Fault {
  return {
    ...ofService(service),
    name: `SIGKILL of ${titles[service]}`,
    arm: (scene) => arm(scene, service, (found) => found.signal('SIGKILL')),
    expects: (kase) => lossOf(service, kase),
  };
}

/** What stands still says nothing: that it does is seen by what it does not do. */
const standsStill = /stands still|not ready|no answer|said nothing|did not|not done|timed? ?out|within/;

function stopped(service: ServiceName): Fault {
  return {
    ...ofService(service),
    name: `SIGSTOP of ${titles[service]}`,
    arm: (scene) => arm(scene, service, (found) => found.signal('SIGSTOP')),
    expects: ({ command, phase }) => ({
      codes: command === 'up' && phase !== 'set-up' ? [0] : [...wellEnded, 4],
      says: ifGivenUp(new RegExp(`${namesOf[service].source}|${standsStill.source}`)),
    }),
  };
}

function removed(service: ServiceName): Fault {
  const what = `of ${titles[service]}`;
  return {
    ...ofService(service),
    platforms: ['docker', 'kubernetes'],
    name: `container or pod ${what} removed`,
    arm: (scene) =>
      arm(scene, service, async (found) => {
        if (found.remove === undefined) throw new Error(`${found.name} cannot be removed`);
        await found.remove();
      }),
    expects: (kase) => lossOf(service, kase),
  };
}

/** What is done to a copy of a service, or to what puts the load on. */
export const ofServices: readonly Fault[] = [
  ...serviceNames.map(killed),
  ...serviceNames.map(stopped),
  removed('postgres'),
  removed('app'),
];
