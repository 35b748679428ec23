import { drawPort } from '../../machine/ports.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import { step } from '../../model/steps.ts';
import { type Address, type Copy, type Place, type Service, type Variables, copiesOf } from '../../services/service.ts';
import { untilReady } from '../common/answer.ts';
import { whileAnyRuns } from '../common/deaths.ts';
import { withHint } from '../common/readiness.ts';
import { type Image, ensureHostedImage, findImage } from '../engine/base-images.ts';
import type { Agent } from './agent-connection.ts';
import { type Container, mortal } from './container.ts';
import { askUntil, copyDescription, dataFolder, healthOf, imageOf } from './copy-description.ts';
import { filesFolder, toWrite } from './files-in-memory.ts';
import type { RunContext } from './run-context.ts';
import { versionIn } from './versions.ts';

/** A copy of a service that is ready. */
export interface RunningCopy {
  readonly service: Service;
  readonly copy: Copy;
  readonly container: Container;
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
  /** What runs already, for them to use or to stand in front of. */
  readonly running: readonly RunningCopy[];
}

/** Starts copies of a service at the same time, all of them unless some are named, and waits until they are ready. */
export async function startCopies(
  around: Surroundings,
  service: Service,
  signal: AbortSignal,
  copies: readonly Copy[] = copiesOf(service),
): Promise<readonly RunningCopy[]> {
  if (copies.length === 0) return [];
  const what = service.copies.kind === 'one' ? service.title : `${copies.length} × ${service.name}`;
  return step(around.run.settings.onStep, `${what} starts`, () =>
    together(signal, (limited) => copies.map((copy) => startCopy(around, service, copy, limited))),
  );
}

/** Starts a copy of a service within its limits, and waits until it is ready. */
async function startCopy(
  around: Surroundings,
  service: Service,
  copy: Copy,
  signal: AbortSignal,
): Promise<RunningCopy> {
  const { run } = around;
  const { publish, engine } = run.settings;
  const at = placeOf(around, service, copy);
  const described = copyDescription(service, at, reachedIn(around), await findImageOf(run, service, signal));
  // The first of several is the front where there is no balancer.
  const isFront = publish && service.role !== 'store' && copy.number === 1;
  const container = await run.start(
    {
      ...described,
      limits: service.limits,
      health: healthOf(service, publish),
      publish: isFront ? { inside: at.port, at: engine.address.isHere ? await drawPort() : undefined } : undefined,
    },
    signal,
  );
  const started = { service, copy, container, url: `http://${copy.name}:${at.port}`, version: undefined };
  return { ...started, version: await ready(started, around, signal) };
}

/** Starts a copy again that has ended, at its place and with what it has on disk, and waits until it is ready. */
export async function startAgain(around: Surroundings, copy: RunningCopy, signal: AbortSignal): Promise<void> {
  await around.run.startAgain(copy.container, signal);
  await ready(copy, around, signal);
}

/** Has a balancer know the copies that run around it: by its files where it runs, else by starting it anew. */
export async function putInFront(
  around: Surroundings,
  before: RunningCopy | undefined,
  balancer: Service,
  signal: AbortSignal,
): Promise<RunningCopy | undefined> {
  const told = before && (await reload(around, before, balancer, signal));
  if (told !== undefined) return told;
  if (before !== undefined) await around.run.remove([before.container]);
  const [started] = await startCopies(around, balancer, signal);
  return started;
}

/** Lets copies end what they are at, and removes them. */
export async function retire(run: RunContext, copies: readonly RunningCopy[]): Promise<void> {
  await Promise.all(copies.map(({ container, service }) => container.stop(service.stop.graceMs)));
  await run.remove(copies.map(({ container }) => container));
}

/** Has a service hold nothing any more. */
export async function flush(
  around: Surroundings,
  { service, copy, container }: RunningCopy,
  signal: AbortSignal,
): Promise<void> {
  if (service.flush === undefined) throw new LabError(`${service.title} holds nothing that can be flushed.`);
  await container.execute(['sh', '-c', service.flush(placeOf(around, service, copy))], signal);
}

/** Does what is to be done once for a service, by a container that ends with it. */
export async function prepare(around: Surroundings, service: Service, signal: AbortSignal): Promise<void> {
  if (service.prepare === undefined) return;
  const { run } = around;
  const { title, name } = service.prepare;
  await step(run.settings.onStep, title, async () => {
    const at = placeOf(around, service, { name, number: 1, of: 1 });
    const args = imageOf(service).prepareArgs?.(at);
    const found = await findImageOf(run, service, signal);
    await run.finish(copyDescription(service, at, reachedIn(around), found, args), signal);
  });
}

/** Has a copy heed what its files say by now; undefined where it has ended, or can only be started anew. */
async function reload(
  around: Surroundings,
  copy: RunningCopy,
  service: Service,
  signal: AbortSignal,
): Promise<RunningCopy | undefined> {
  const { container } = copy;
  if (container.end !== undefined || service.reload === undefined) return undefined;
  const at = placeOf(around, service, copy.copy);
  const { script, environment } = toWrite(service.files(at));
  const command = ['sh', '-c', script + service.reload(at)];
  await container.ready((limited) => container.execute(command, limited, environment), signal);
  return { ...copy, service };
}

/** Each in a network name space of its own, so that all listen on the same port. */
function placeOf({ run, running }: Surroundings, service: Service, copy: Copy): Place {
  return {
    copy,
    host: '0.0.0.0',
    port: service.port.inside,
    ports: {},
    folder: filesFolder,
    data: dataFolder(imageOf(service)),
    secret: (name) => run.secret(service, name),
    copiesOf: (name) => running.filter((each) => each.service.name === name).map(addressOf),
    lingerMs: 0,
  };
}

function addressOf({ service, copy }: Pick<RunningCopy, 'service' | 'copy'>): Address {
  return { host: copy.name, port: service.port.inside };
}

/** By which variables a service is reached that runs. */
function reachedIn({ run, running }: Surroundings): (used: string) => Variables {
  return (used) => {
    const copy = running.find(({ service }) => service.name === used);
    if (copy === undefined) throw new Error(`A stack without ${used} has nothing to start what uses it on.`);
    const { service } = copy;
    return service.reachedBy({ ...addressOf(copy), secret: (name) => run.secret(service, name) });
  };
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

/** Waits until a copy is ready; gives its version where it is told in the same breath. */
async function ready(
  { service, container, url }: RunningCopy,
  { agent, running }: Surroundings,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { http, command, limitMs } = service.ready;
  if (http !== undefined && agent !== undefined) {
    const asked = async (limited: AbortSignal): Promise<void> =>
      untilReady(url + http.path, limited, agent.ask, (status) => http.accepts(status));
    const answers = async (watched: AbortSignal): Promise<void> => container.ready(asked, watched, limitMs);
    const fronted = running.filter(({ service: { name } }) => service.fronts.includes(name));
    const wait = async (): Promise<void> =>
      http.isOfOthers ? whileAnyRuns(fronted.map(mortal), signal, answers) : answers(signal);
    const { hint } = imageOf(service);
    await (hint === undefined ? wait() : withHint(hint, wait));
    return undefined;
  }
  if (command === undefined) throw new Error(`Nobody can ask whether ${service.title} is ready.`);
  const version = service.version?.command;
  const asked = askUntil(command, version);
  const printed = await container.ready((limited) => container.execute(asked, limited), signal, limitMs);
  return version === undefined ? undefined : versionIn(printed);
}
