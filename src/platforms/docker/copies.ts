import { isDeepStrictEqual } from 'node:util';
import { drawPort } from '../../machine/ports.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import { step } from '../../model/steps.ts';
import { type Copy, type Service, copiesOf } from '../../services/service.ts';
import { untilReady } from '../common/answer.ts';
import { whileAnyRuns } from '../common/deaths.ts';
import { withHint } from '../common/readiness.ts';
import type { Published } from './container-settings.ts';
import { type Container, mortal } from './container.ts';
import { askUntil, copyDescription, imageOf } from './copy-description.ts';
import type { RunContext } from './run-context.ts';
import { type RunningCopy, type Surroundings, descriptionOf, findImageOf, frontedIn, placeOf } from './surroundings.ts';
import { versionIn } from './versions.ts';

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

/** Starts a copy of a service within its limits, and waits until it is ready; nothing of it is left where that fails. */
async function startCopy(
  around: Surroundings,
  service: Service,
  copy: Copy,
  signal: AbortSignal,
): Promise<RunningCopy> {
  const { run } = around;
  const found = await findImageOf(run, service, signal);
  const told = await addressesOf(frontedIn(around, service));
  const described = descriptionOf(around, service, copy, found);
  const container = await run.start({ ...described, publish: await drawn(run, described.publish) }, signal);
  const url = `http://${copy.name}:${service.port.inside}`;
  const started = { service, copy, container, described, told, url, version: undefined };
  try {
    return { ...started, version: await ready(started, around, signal) };
  } catch (error) {
    // Its name may be wanted again. Where this fails, closing the run will do it.
    await run.remove([container]).catch(() => undefined);
    throw error;
  }
}

/** Starts a copy again that has ended, at its place and with what it has on disk, and waits until it is ready. */
export async function startAgain(around: Surroundings, copy: RunningCopy, signal: AbortSignal): Promise<void> {
  await around.run.startAgain(copy.container, signal);
  await ready(copy, around, signal);
}

/** Those of the copies that run which would be started just so again. */
export async function stayingOf(
  around: Surroundings,
  service: Service,
  before: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<readonly RunningCopy[]> {
  if (service.betweenTrials === 'anew' || before.length === 0) return [];
  const found = await findImageOf(around.run, service, signal);
  const copies = copiesOf(service);
  return before.flatMap((running) => {
    const copy = copies.find(({ name }) => name === running.copy.name);
    if (copy === undefined) return [];
    const again = descriptionOf(around, service, copy, found);
    return isDeepStrictEqual(running.described, again) ? { ...running, service, copy } : [];
  });
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
    await run.finish(copyDescription(service, at, found, args), signal);
  });
}

/** Where copies are that run. */
export async function addressesOf(copies: readonly RunningCopy[]): Promise<ReadonlyMap<Container, string>> {
  const found = copies.map(async ({ container }) => [container, (await container.state()).addresses.join()] as const);
  return new Map(await Promise.all(found));
}

/** At a port of this machine, where the Engine is here; else the Engine draws one. */
async function drawn(
  { settings: { engine } }: RunContext,
  publish: Published | undefined,
): Promise<Published | undefined> {
  return publish && { ...publish, at: engine.address.isHere ? await drawPort() : undefined };
}

/** Waits until a copy is ready; gives its version where it is told in the same breath. */
async function ready(
  { service, container, url }: RunningCopy,
  { agent, running }: Surroundings,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { http, command, limitMs } = service.ready;
  const others = running.filter((each) => service.fronts.includes(each.service.name) && !each.container.isToEnd);
  // Where all of those were ended whose answer it would be, nothing can answer.
  if (http !== undefined && agent !== undefined && (!http.isOfOthers || others.length > 0)) {
    const asked = async (limited: AbortSignal): Promise<void> =>
      untilReady(url + http.path, limited, agent.ask, (status) => http.accepts(status));
    const answers = async (watched: AbortSignal): Promise<void> => container.ready(asked, watched, limitMs);
    const wait = async (): Promise<void> =>
      http.isOfOthers ? whileAnyRuns(others.map(mortal), signal, answers) : answers(signal);
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
