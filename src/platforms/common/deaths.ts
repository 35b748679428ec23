import { setMaxListeners } from 'node:events';
import { settlesWithin } from '../../machine/time-limit.ts';
import type { LabError } from '../../model/errors.ts';
import type { Subject } from '../../model/subject.ts';
import type { Death } from '../platform.ts';
import type { Watched } from './readiness.ts';

/** Something that was started and is to run on. */
export interface Mortal extends Subject {
  readonly handle: Watched;
}

/** What a system is made of. */
export interface Mortals {
  /** Without any of them nothing works: database, cache, pooler, balancer, link. */
  readonly needed: readonly Mortal[];
  /** It works as long as one of them does. */
  readonly replicas: readonly Mortal[];
  /** What is tested answers without them, if worse: services beside it, and what stands in front of those. Left out where there are none. */
  readonly beside?: readonly Mortal[];
}

/** What asks after a failure may come before the news that something has ended. */
const newsMs = 500;

/** Which of them have ended, those first without which nothing works. */
export async function deathsOf({ needed, replicas, beside = [] }: Mortals): Promise<readonly Death[]> {
  const areAllGone = replicas.length > 0 && replicas.every(({ handle }) => handle.end !== undefined);
  const all = [
    ...needed.map((mortal) => ({ mortal, isFatal: true })),
    ...replicas.map((mortal) => ({ mortal, isFatal: areAllGone })),
    ...beside.map((mortal) => ({ mortal, isFatal: false })),
  ];
  const deaths = all.map(async ({ mortal: { service, copy, handle }, isFatal }): Promise<readonly Death[]> => {
    return handle.end === undefined ? [] : [{ service, copy, isFatal, error: await handle.failure(handle.end) }];
  });
  return (await Promise.all(deaths)).flat();
}

/**
 * Does something that cannot go well once these have ended: what is told then is that, and not what came of it. Where one of them
 * has ended before, nothing is begun.
 * @throws {LabError} of the one of them that has ended; otherwise what the work throws
 */
export async function blaming<Result>(
  needed: readonly Mortal[],
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = await failureAmong(needed);
  if (before !== undefined) throw before;
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    const ended = needed.map(({ handle }) => handle.ended);
    if (ended.length > 0) await settlesWithin(newsMs, Promise.race(ended), signal);
    throw (await failureAmong(needed, error)) ?? error;
  }
}

/**
 * Waits for something that only replicas can bring about; ends once none of them runs any more.
 * @throws {LabError} of the first replica where all have ended; otherwise what the wait throws
 */
export async function whileAnyRuns<Result>(
  replicas: readonly Mortal[],
  signal: AbortSignal,
  wait: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const gone = new AbortController();
  const limited = AbortSignal.any([signal, gone.signal]);
  // As many wait for its end as there are replicas, and that is no leak.
  setMaxListeners(0, limited);
  let isOver = false;
  void Promise.all(replicas.map(({ handle }) => handle.ended)).then(() => {
    if (!isOver) gone.abort(new Error('no replica runs any more'));
  });
  try {
    return await wait(limited);
  } catch (error) {
    signal.throwIfAborted();
    throw gone.signal.aborted ? ((await failureAmong(replicas)) ?? error) : error;
  } finally {
    isOver = true;
  }
}

/** What went wrong with the first of them that has ended; undefined while all run. */
async function failureAmong(mortals: readonly Mortal[], cause?: unknown): Promise<LabError | undefined> {
  const dead = mortals.find(({ handle }) => handle.end !== undefined);
  return dead?.handle.end === undefined ? undefined : dead.handle.failure(dead.handle.end, cause);
}
