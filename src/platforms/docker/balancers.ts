import { isDeepStrictEqual } from 'node:util';
import type { Service } from '../../services/service.ts';
import { addressesOf, startCopies } from './copies.ts';
import { toWrite } from './files-in-memory.ts';
import { type RunningCopy, type Surroundings, descriptionOf, findImageOf, frontedIn, placeOf } from './surroundings.ts';

/**
 * Has a balancer know the copies that there are for it now: it is told of them where it runs, and started anew otherwise.
 * @param before one of that name that is there already
 */
export async function putInFront(
  around: Surroundings,
  before: RunningCopy | undefined,
  balancer: Service,
  signal: AbortSignal,
): Promise<readonly RunningCopy[]> {
  if (before?.container.runs === true && balancer.reload !== undefined) {
    return [await unlessEnded(around, balancer, signal, () => reload(around, before, balancer, signal))];
  }
  if (before !== undefined) await around.run.remove([before.container]);
  return unlessEnded(around, balancer, signal, () => startCopies(around, balancer, signal));
}

/** Whether a balancer would be told nothing new if it were told now what that service is told. */
export async function isUpToDate(
  around: Surroundings,
  before: RunningCopy,
  balancer: Service,
  signal: AbortSignal,
): Promise<boolean> {
  if (!before.container.runs || (await hasToLearn(around, before))) return false;
  const found = await findImageOf(around.run, balancer, signal);
  return isDeepStrictEqual(before.described, descriptionOf(around, balancer, before.copy, found));
}

/** Whether a balancer has to learn of a copy or its address, or to forget one that is not there any more. One that has ended is there. */
export async function hasToLearn(around: Surroundings, { service, told }: RunningCopy): Promise<boolean> {
  const now = await addressesOf(frontedIn(around, service));
  const isNew = [...now].some(([container, address]) => told.get(container) !== address);
  const hasLeft = [...told.keys()].some((known) => !around.running.some(({ container }) => container === known));
  return isNew || hasLeft;
}

/** Has a balancer heed what its files say by now. */
async function reload(
  around: Surroundings,
  before: RunningCopy,
  balancer: Service,
  signal: AbortSignal,
): Promise<RunningCopy> {
  const { container, copy } = before;
  const found = await findImageOf(around.run, balancer, signal);
  const told = await addressesOf(frontedIn(around, balancer));
  const described = descriptionOf(around, balancer, copy, found);
  const at = placeOf(around, balancer, copy);
  const { script, environment } = toWrite(balancer.files(at));
  const command = ['sh', '-c', `${script}${balancer.reload?.(at) ?? ''}`];
  await container.ready((limited) => container.execute(command, limited, environment), signal);
  return { ...before, service: balancer, described, told };
}

/** Does something with a balancer, and once more where a copy was ended meanwhile that it was told of: it takes no name that leads nowhere. */
async function unlessEnded<Result>(
  around: Surroundings,
  balancer: Service,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    const fronted = frontedIn(around, balancer).map(({ container }) => ({ container, life: container.life }));
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (fronted.every(({ container, life }) => container.life === life && !container.isToEnd)) throw error;
    }
  }
}
