import { LabError } from '../../model/errors.ts';
import type { Address, Copy, Place, Service, Variables } from '../../services/service.ts';
import { type Image, ensureHostedImage, findImage } from '../engine/base-images.ts';
import { frontedIn } from '../runner/balancers.ts';
import type { RunningCopy as AnyRunningCopy } from '../runner/host.ts';
import type { ContainerDescription } from './container-settings.ts';
import type { Container } from './container.ts';
import { copyDescription, dataFolder, healthOf, imageOf } from './copy-description.ts';
import { filesFolder } from './files-in-memory.ts';
import type { RunContext } from './run-context.ts';

/** A copy of a service as a container. Where it is published on this machine its description leaves open. */
export interface RunningCopy extends AnyRunningCopy {
  readonly handle: Container;
  /** Undefined where it does not tell. */
  readonly version: string | undefined;
}

/** What copies are started among. */
export interface Surroundings {
  readonly run: RunContext;
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
    copiesOf: (name) => frontedIn(around.running, { fronts: [name] }).map(addressOf),
    addressOf: (name) => addressOf(firstOf(around, name)),
    reached: (used) => reachedIn(around, used),
    lingerMs: 0,
  };
}

/** The image of a service, which is fetched where it is missing. One of the user's own may be another each time. */
export async function findImageOf(
  run: RunContext,
  service: Pick<Service, 'name' | 'image'>,
  signal: AbortSignal,
): Promise<Image> {
  const { engine, onStep, image } = run.settings;
  const { from } = imageOf(service);
  if ('own' in from) return ensureHostedImage(engine, from.own, onStep, signal);
  if ('base' in from) return run.lookUpOnce(from.base, () => image(from.base, signal));
  return run.lookUpOnce('lab', () => findLabImage(run, signal));
}

async function findLabImage({ settings: { engine, labImage } }: RunContext, signal: AbortSignal): Promise<Image> {
  const found = await findImage(engine, labImage, signal);
  if (found !== undefined) return found;
  throw new LabError(`The image ${labImage} is not there any more.`, { hint: 'The next run builds it anew.' });
}

/** Whether a person may come in by it: by what fronts the tested service, or by its first copy, before which nothing may stand. */
function isEntrance({ running }: Surroundings, { role, fronts }: Service, { number }: Copy): boolean {
  if (role === 'tested') return number === 1;
  return running.some(({ service }) => service.role === 'tested' && fronts.includes(service.name));
}

function addressOf({ service, name }: RunningCopy): Address {
  return { host: name, port: service.port.inside };
}

function firstOf({ running }: Surroundings, name: string): RunningCopy {
  const first = running.find(({ service }) => service.name === name);
  if (first === undefined) throw new Error(`A stack without ${name} has nothing to start what uses it on.`);
  return first;
}

/** By which variables a service is reached: through what stands in front of it, else at its first copy. */
function reachedIn(around: Surroundings, used: string): Variables {
  const { service } = firstOf(around, used);
  const secret = (name: string): string => around.run.secret(service, name);
  return service.reachedBy({ ...addressOf(entranceOf(around, used)), secret });
}

/** Where others reach a service: at what fronts it, and at what fronts that. */
function entranceOf(around: Surroundings, name: string): RunningCopy {
  const front = around.running.find(({ service }) => service.fronts.includes(name));
  return front === undefined ? firstOf(around, name) : entranceOf(around, front.service.name);
}
