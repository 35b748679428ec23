import type { Environment } from '../machine/environment.ts';
import { LabError } from '../model/errors.ts';
import type { Limits } from '../model/system.ts';

/** The least that a kernel's quota can be, in cores. */
const leastCpu = 0.01;

/**
 * What each load worker may use: as much as there is, unless SCALE_LAB_LOAD_CPU says how many cores. That starves the
 * generator on purpose, to see that the lab notices.
 * @throws {LabError} where that is no such number
 */
export function loadLimitsOf({ SCALE_LAB_LOAD_CPU: text = '' }: Environment): Limits {
  const cpu = text === '' ? undefined : Number(text);
  if (cpu === undefined || (Number.isFinite(cpu) && cpu >= leastCpu)) return { cpu, memoryBytes: undefined };
  throw new LabError(`SCALE_LAB_LOAD_CPU is "${text}", which is no number of cores.`, {
    hint: `Give a number of at least ${leastCpu}, e.g. SCALE_LAB_LOAD_CPU=0.1, or unset it.`,
  });
}
