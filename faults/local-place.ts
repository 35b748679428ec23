import type { Workbench } from '../test/e2e/workbench.ts';
import { findInhabitants } from '../test/inhabitants.ts';
import type { Place, ServiceName, Victim } from './place.ts';

/** What does the work of each, by its command; initdb runs a PostgreSQL as well, which is none. */
const commands: Readonly<Record<ServiceName, RegExp>> = {
  postgres: /bin\/postgres (?!.*--(?:boot|single|check)).*-D/,
  redis: /redis-server/,
  app: /target-app\.mjs serve/,
  nginx: /nginx: master process/,
  pooler: /pgbouncer \//,
  'pooler-link': /link\.mjs pooler=/,
  mailer: /target-app\.mjs notifier/,
  broker: /beam\.smp/,
  load: /load-worker/,
};

/** This machine, whose processes tell by their files which case they are of. */
export function localPlace(): Place {
  return {
    name: 'local',
    environment: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock', KUBECONFIG: '/nowhere/kubeconfig' },
    mostAbreast: Infinity,
    find,
    left: async (bench) => bench.leftovers(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function find({ temporary }: Workbench, service: ServiceName): Promise<Victim | undefined> {
  const found = (await findInhabitants(temporary)).find(({ command }) => commands[service].test(command));
  if (found === undefined) return undefined;
  const { pid } = found;
  return {
    name: String(pid),
    signal: (signal) => {
      process.kill(pid, signal);
      return Promise.resolve();
    },
  };
}
