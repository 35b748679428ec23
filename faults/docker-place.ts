import type Docker from 'dockerode';
import { label, labelled } from '../src/platforms/engine/labels.ts';
import { hostOfItsOwn, labelledTraces, openDocker } from '../test/conformance/docker-engine.ts';
import { scaleLab } from '../test/e2e/cli.ts';
import type { Workbench } from '../test/e2e/workbench.ts';
import type { Place, ServiceName, Victim } from './place.ts';

/**
 * A Docker Engine, under a host of its own: its containers are those of one case, as one goes on at a time.
 * @param own the variables that lead to another Engine than that of this environment
 */
export async function dockerPlace(own: NodeJS.ProcessEnv = {}): Promise<Place> {
  const environment: NodeJS.ProcessEnv = { ...hostOfItsOwn('faults'), ...own, KUBECONFIG: '/nowhere/kubeconfig' };
  const docker = await openDocker(environment);
  const host = String(environment.SCALE_LAB_HOST);
  return {
    name: 'docker',
    environment,
    mostAbreast: 1,
    find: (_, service) => find(docker, host, service),
    left: (bench) => left(bench, async () => labelledTraces(docker, 'host', host)),
    [Symbol.asyncDispose]: async () => {
      // The image of the lab as well.
      await scaleLab(['clean'], { env: environment });
    },
  };
}

/** What there is on the platform, and what there is of the case on this machine. */
export async function left(bench: Workbench, traces: () => Promise<readonly string[]>): Promise<readonly string[]> {
  return [...(await traces()), ...(await bench.leftovers())];
}

async function find(docker: Docker, host: string, service: ServiceName): Promise<Victim | undefined> {
  const running = await docker.listContainers({ filters: labelled(label.host, host) });
  const found = running
    .map(({ Id, Labels }) => ({ id: Id, name: Labels[label.service] ?? '' }))
    // Copies of a service that has several are numbered.
    .filter(({ name }) => name.replace(/-\d+$/, '') === service)
    .sort((one, other) => one.name.localeCompare(other.name))[0];
  if (found === undefined) return undefined;
  const container = docker.getContainer(found.id);
  return {
    name: found.name,
    signal: async (signal) => {
      await container.kill({ signal });
    },
    remove: async () => {
      await container.remove({ force: true });
    },
  };
}
