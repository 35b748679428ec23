import type { LoadProfile } from '../model/load-profile.ts';
import { requestNames, type Workload } from '../model/workload.ts';
import { objectiveFault, parseObjective } from './claims/objective.ts';
import type { Reader } from './reader.ts';
import { field, type Branch, type Entry, type Table } from './yaml/tree.ts';

/** The objective that a `load:` has itself may only name requests of the workload. */
export function checkObjective(load: Branch | undefined, workload: Workload, reader: Reader): void {
  const slo = objectiveIn(load);
  if (slo?.kind !== 'leaf' || typeof slo.value !== 'string') return;
  const parsed = parseObjective(slo.value, requestNames(workload));
  // What else is wrong with it has been told at the same place, and is not told again.
  for (const fault of parsed.ok ? [] : parsed.faults) reader.faultIn(slo, fault);
}

/** The same of all loads of a scenario; what one from `defaults` names is told of at the scenario that does not have it. */
export function checkObjectives(
  { keyPlace }: Entry,
  from: Table,
  load: LoadProfile | undefined,
  workload: Workload,
  reader: Reader,
): void {
  const own = field(from, 'load')?.value;
  checkObjective(own, workload, reader);
  const variants = field(from, 'variants')?.value;
  for (const { value } of variants?.kind === 'table' ? variants.entries : []) {
    if (value.kind === 'table') checkObjective(field(value, 'load')?.value, workload, reader);
  }
  const inherited = load?.kind === 'search' && !objectiveIn(own) ? load : undefined;
  const fault = inherited && objectiveFault(inherited.slo, requestNames(workload));
  if (fault) reader.fault(keyPlace, { ...fault, sentence: `of the objective in defaults, ${fault.sentence}` });
}

function objectiveIn(load: Branch | undefined): Branch | undefined {
  return load?.kind === 'table' ? field(load, 'slo')?.value : undefined;
}
