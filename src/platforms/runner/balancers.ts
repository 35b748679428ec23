import type { Reach, Service, Variables } from '../../services/service.ts';
import { whileAnyRuns } from '../common/deaths.ts';
import { type RunningCopy, mortal, runs } from './host.ts';

/** The copies that a service fronts and that run: where others were no name may lead, and no balancer is told of them. */
export function frontedIn<C extends RunningCopy>(
  running: readonly C[],
  { fronts }: Pick<Service, 'fronts'>,
): readonly C[] {
  return running.filter((copy) => fronts.includes(copy.service.name) && runs(copy));
}

/** What a service is to be told of the copies that it fronts. */
export async function placesFor(service: Service, running: readonly RunningCopy[]): Promise<RunningCopy['told']> {
  const places = frontedIn(running, service).map(async (copy) => [copy.name, await copy.place()] as const);
  return new Map(await Promise.all(places));
}

/** Whether a balancer has to learn of a copy or its place, or to forget one that is not there any more. One that has ended is there. */
export async function hasToLearn({ service, told }: RunningCopy, running: readonly RunningCopy[]): Promise<boolean> {
  const now = await placesFor(service, running);
  const isNew = [...now].some(([name, place]) => told.get(name) !== place);
  return isNew || [...told.keys()].some((name) => !running.some((copy) => copy.name === name));
}

/**
 * The variables by which a service is reached: at what fronts it, and at what fronts that, or else at its first copy.
 * @param reachOf where that is, with the secrets of the service
 * @returns undefined where there is no copy of it
 */
export function variablesReaching<C extends RunningCopy>(
  running: readonly C[],
  name: string,
  reachOf: (entrance: C, service: Service) => Reach,
): Variables | undefined {
  const service = running.find((copy) => copy.service.name === name)?.service;
  const entrance = entranceOf(running, name);
  return service && entrance && service.reachedBy(reachOf(entrance, service));
}

function entranceOf<C extends RunningCopy>(running: readonly C[], name: string): C | undefined {
  const front = running.find(({ service }) => service.fronts.includes(name));
  return front ? entranceOf(running, front.service.name) : running.find(({ service }) => service.name === name);
}

/** Those whose answer a service hands on as its own, and that were not ended; undefined where its answer is its own. */
function answerersOf({ fronts, ready }: Service, running: readonly RunningCopy[]): readonly RunningCopy[] | undefined {
  if (ready.http?.isOfOthers !== true) return undefined;
  return running.filter(({ service, handle }) => fronts.includes(service.name) && !handle.isToEnd);
}

/** Whether an answer over HTTP may come of a service: none does of one that only hands on those of others, with none of them left. */
export function mayAnswer(service: Service, running: readonly RunningCopy[]): boolean {
  return answerersOf(service, running)?.length !== 0;
}

/**
 * Waits for the answer of a service over HTTP, no longer than one of those runs whose answer it is.
 * @throws {LabError} of the first of those where all have ended; otherwise what the wait throws
 */
export async function untilAnswered(
  service: Service,
  running: readonly RunningCopy[],
  signal: AbortSignal,
  wait: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const answerers = answerersOf(service, running);
  await (answerers === undefined ? wait(signal) : whileAnyRuns(answerers.map(mortal), signal, wait));
}
