import { LabError } from '../../model/errors.ts';
import type { Address, Copy, Place, Service, Variables } from '../../services/service.ts';
import { type Image, ensureHostedImage, findImage } from '../engine/base-images.ts';
import type { Agent } from './agent-connection.ts';
import type { ContainerDescription } from './container-settings.ts';
import type { Container } from './container.ts';
import { copyDescription, dataFolder, healthOf, imageOf } from './copy-description.ts';
import { filesFolder } from './files-in-memory.ts';
import type { RunContext } from './run-context.ts';

/** A copy of a service that is ready. */
export interface RunningCopy {
  readonly service: Service;
  readonly copy: Copy;
  readonly container: Container;
  /** What it was started from, with what it was told since. Where it is published on this machine is left open. */
  readonly described: ContainerDescription;
  /** Where the copies are that it fronts, as far as it was told. */
  readonly told: ReadonlyMap<Container, string>;
  /** Where it is reached in the network of the run. */
  readonly url: string;
  /** Undefined where it does not tell. */
  readonly version: string | undefined;
}

/** What copies are started among. */
export interface Surroundings {
  readonly run: RunContext;
  /** Who asks for the lab what only the network of the run can reach; undefined where it is not there yet. */
  readonly agent: Agent | undefined;
  /** What is there already, for them to use or to stand in front of. */
  readonly running: readonly RunningCopy[];
}

/** A copy of a service as it would be started now: two that are equal do the same. */
export function descriptionOf(around: Surroundings, service: Service, copy: Copy, found: Image): ContainerDescription {
  const { publish } = around.run.settings;
  const at = placeOf(around, service, copy);
  return {
    ...copyDescription(service, at, found),
    limits: service.limits,
    health: healthOf(service, publish),
    publish: publish && isEntrance(around, service, copy) ? { inside: at.port, at: undefined } : undefined,
  };
}

/** Each in a network name space of its own, so that all listen on the same port. */
export function placeOf(around: Surroundings, service: Service, copy: Copy): Place {
  return {
    copy,
    host: '0.0.0.0',
    port: service.port.inside,
    ports: {},
    folder: filesFolder,
    data: dataFolder(imageOf(service)),
    secret: (name) => around.run.secret(service, name),
    copiesOf: (name) => frontedIn(around, { fronts: [name] }).map(addressOf),
    reached: (used) => reachedIn(around, used),
    lingerMs: 0,
  };
}

/** The copies that a service fronts. Without those that do not run: no name leads to them, and a balancer that is told of one does not start. */
export function frontedIn({ running }: Surroundings, { fronts }: Pick<Service, 'fronts'>): readonly RunningCopy[] {
  return running.filter(({ service, container }) => fronts.includes(service.name) && container.runs);
}

/** The image of a service, which is fetched where it is missing. */
export async function findImageOf(
  { settings }: RunContext,
  service: Pick<Service, 'name' | 'image'>,
  signal: AbortSignal,
): Promise<Image> {
  const { engine, labImage, onStep, image } = settings;
  const { from } = imageOf(service);
  if ('base' in from) return image(from.base, signal);
  if ('own' in from) return ensureHostedImage(engine, from.own, onStep, signal);
  const found = await findImage(engine, labImage, signal);
  if (found !== undefined) return found;
  throw new LabError(`The image ${labImage} is not there any more.`, { hint: 'The next run builds it anew.' });
}

/** Whether a person may come in by it: by what fronts the tested service, or by its first copy, before which nothing may stand. */
function isEntrance({ running }: Surroundings, { role, fronts }: Service, { number }: Copy): boolean {
  if (role === 'tested') return number === 1;
  return running.some(({ service }) => service.role === 'tested' && fronts.includes(service.name));
}

function addressOf({ service, copy }: Pick<RunningCopy, 'service' | 'copy'>): Address {
  return { host: copy.name, port: service.port.inside };
}

/** By which variables a service is reached: through its balancer where it has one, else at its first copy. */
function reachedIn({ run, running }: Surroundings, used: string): Variables {
  const first = running.find(({ service }) => service.name === used);
  if (first === undefined) throw new Error(`A stack without ${used} has nothing to start what uses it on.`);
  const front = running.find(({ service }) => service.fronts.includes(used)) ?? first;
  const { service } = first;
  return service.reachedBy({ ...addressOf(front), secret: (name) => run.secret(service, name) });
}
