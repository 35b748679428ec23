import { seedOf, shuffled } from '../src/model/random.ts';
import { faults } from './catalogue.ts';
import { type FaultCase, type PlaceName, systemNames } from './case.ts';
import { phasesOf } from './commands.ts';
import type { Fault } from './fault.ts';

/** Which cases are drawn: the same for the same seed and number, whatever was tried before. */
export interface Draw {
  readonly platform: PlaceName;
  readonly seed: number;
}

/** All that can be done to runs of a platform. */
export function faultsOn(platform: PlaceName): readonly Fault[] {
  return faults.filter(({ platforms }) => platforms.includes(platform));
}

/**
 * The case of that number, from 1. Every fault is met before one is met twice, and each of its commands and phases likewise, and each of
 * its systems.
 */
export function caseOf({ platform, seed }: Draw, number: number): FaultCase {
  const all = faultsOn(platform);
  const turn = Math.floor((number - 1) / all.length);
  const fault = shuffled(all, seedOf(seed, platform, turn))[(number - 1) % all.length];
  if (fault === undefined) throw new Error(`There is no case ${number}.`);
  const moments = fault.commands.flatMap((command) =>
    phasesOf(command)
      .filter((phase) => fault.phases === undefined || fault.phases.includes(phase))
      .map((phase) => ({ command, phase })),
  );
  const moment = shuffled(moments, seedOf(seed, platform, fault.name))[turn % moments.length];
  if (moment === undefined) throw new Error(`${fault.name} is never done.`);
  const { systems = systemNames } = fault;
  const lap = Math.floor(turn / systems.length);
  const system = shuffled(systems, seedOf(seed, platform, fault.name, lap))[turn % systems.length];
  if (system === undefined) throw new Error(`${fault.name} is done to nothing.`);
  const share = Math.round((seedOf(seed, platform, number) / 2 ** 32) * 100) / 100;
  return { platform, ...moment, system, fault: fault.name, share };
}
