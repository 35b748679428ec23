import type { ServiceBeside } from '../metrics/trial-metrics.ts';
import { actTraits } from '../model/acts.ts';
import { actsOn, type TrialSystem } from '../model/plan.ts';
import { copiesOf } from '../services/service.ts';
import { asidesOf } from '../services/system.ts';

/** The services beside what is tested, and how many copies each has where that stays so. */
export function servicesIn(system: TrialSystem): readonly ServiceBeside[] {
  const ended = endedBeside(system);
  return asidesOf(system).map((service) => {
    const { name } = service;
    return { name, copies: ended.includes(name) ? undefined : copiesOf(service).length };
  });
}

/** Those of them that an act of the trial ends copies of, or adds some to. */
export function endedBeside(system: TrialSystem): readonly string[] {
  const names = new Set(asidesOf(system).map(({ name }) => name));
  return actsOn(system).flatMap(({ kind, service }) => (actTraits[kind].ends && names.has(service) ? [service] : []));
}
