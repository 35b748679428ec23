import type { ServiceBeside } from '../metrics/trial-metrics.ts';
import { actTraits } from '../model/acts.ts';
import { actsOn, type TrialSystem } from '../model/plan.ts';
import type { ServiceResources, Telemetry } from '../model/telemetry.ts';
import { copiesOf, type Service } from '../services/service.ts';
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

/**
 * What was used, with the service that each is a copy of where that runs beside what is tested: by the names that copies have in the
 * plan, and by those under which they told of themselves where the platform names them.
 */
export function withServices(
  resources: readonly ServiceResources[],
  system: TrialSystem,
  { beside = [] }: Pick<Telemetry, 'beside'>,
): readonly ServiceResources[] {
  const told = beside.flatMap(({ service, copies, lost, silent }) =>
    [...copies, ...lost, ...silent].map(({ replica }) => [replica, service] as const),
  );
  const services = new Map([...asidesOf(system).flatMap(namesOf), ...told]);
  return resources.map((used) => {
    const copyOf = services.get(used.service);
    return copyOf === undefined ? used : { ...used, copyOf };
  });
}

/** How a copy of a service may be called, each with the service. */
function namesOf(service: Service): readonly (readonly [string, string])[] {
  const { name } = service;
  return [name, ...copiesOf(service).map((copy) => copy.name)].map((called) => [called, name] as const);
}
