import type { Service } from '../../services/service.ts';
import { type RunningCopy, runs } from './host.ts';

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
