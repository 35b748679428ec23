import { isDeepStrictEqual } from 'node:util';
import type { RunRecord, ScenarioRecord } from '../../record/run-record.ts';

/** The part of a version that a program's speed may change with. */
function major(version: string): string {
  return version.split('.')[0] ?? version;
}

/** Sizes of memory differ by what the kernel keeps for itself. */
function isSameMemory(one: number, other: number): boolean {
  return Math.abs(one - other) <= 0.1 * Math.max(one, other);
}

/**
 * Why a saved run cannot be held against one that is run now: another kind of machine, another platform or other versions of
 * what runs there. Empty where nothing speaks against it.
 */
export function machineMismatches(saved: RunRecord, now: RunRecord): readonly string[] {
  const differs = (what: string, was: string, is: string): string[] =>
    was === is ? [] : [`${what} was ${was}, is ${is}`];
  const [was, is] = [saved.machine, now.machine];
  return [
    ...differs('the platform', saved.platform, now.platform),
    ...differs('the CPU', was.cpu, is.cpu),
    ...differs('the number of cores', String(was.cores), String(is.cores)),
    ...(isSameMemory(was.memoryBytes, is.memoryBytes) ? [] : ['the memory is of another size']),
    ...differs('Node.js', major(was.node), major(is.node)),
  ];
}

/** What of a scenario must be as it was, and what it is called. */
const settled = [
  ['load', 'the load'],
  ['workers', 'the number of load workers'],
  ['workload', 'the workload'],
  ['data', 'the data'],
] as const satisfies readonly (readonly [keyof ScenarioRecord, string])[];

/** Why a scenario's saved trials are no measure for those of now: it is another experiment. Empty where it is the same. */
export function scenarioMismatches(saved: ScenarioRecord, now: ScenarioRecord): readonly string[] {
  const changed = settled.filter(([key]) => !isDeepStrictEqual(saved[key], now[key]));
  return changed.map(([key, what]) => `${what} was ${String(saved[key])}, is ${String(now[key])}`);
}

/** How many rounds every row of a saved run has at least. */
export function roundsOf({ trials }: RunRecord): number {
  const rows = new Map<string, number>();
  for (const { scenario, variant, replicas } of trials) {
    const row = [scenario, variant, replicas].join('\0');
    rows.set(row, (rows.get(row) ?? 0) + 1);
  }
  return rows.size === 0 ? 0 : Math.min(...rows.values());
}
