import type { HostedTopology, Topology } from '../../model/plan.ts';
import type { RunningCopy } from './surroundings.ts';

/** What runs on a stack now: the stack puts it there, and what is done to it under load changes it. */
export interface Running {
  readonly topology: Topology | HostedTopology;
  /** Those that it may use. */
  readonly stores: readonly RunningCopy[];
  /** Of all services that are deployed, in their order, and by number. */
  copies: readonly RunningCopy[];
  /**
   * What stood in front of several copies of the tested service, where nothing needs it now: to tell it of others takes less time
   * than to start it.
   */
  readonly idle: RunningCopy | undefined;
}

/** The copies of what is tested. */
export function testedIn({ copies }: Pick<Running, 'copies'>): readonly RunningCopy[] {
  return copies.filter(({ service }) => service.role === 'tested');
}

/** All that serves, with the copies of what is tested first. */
export function allOf(running: Pick<Running, 'stores' | 'copies'>): readonly RunningCopy[] {
  const tested = testedIn(running);
  return [...tested, ...running.stores, ...running.copies.filter((copy) => !tested.includes(copy))];
}

/** What the load goes to: what fronts the tested service, else its first copy. */
export function frontIn(running: Pick<Running, 'copies'>): RunningCopy | undefined {
  return balancerIn(running) ?? testedIn(running)[0];
}

/** What fronts the tested service, where something does. */
export function balancerIn(running: Pick<Running, 'copies'>): RunningCopy | undefined {
  const names = testedIn(running).map(({ service }) => service.name);
  return running.copies.find(({ service }) => service.fronts.some((fronted) => names.includes(fronted)));
}
