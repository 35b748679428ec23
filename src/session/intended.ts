import { actTraits } from '../model/acts.ts';
import type { ServiceResources, Telemetry } from '../model/telemetry.ts';
import type { Death } from '../platforms/platform.ts';
import type { ActRecord } from '../record/run-record.ts';

/** An act as far as it matters here. */
type Done = Pick<ActRecord, 'kind' | 'beganMs'> & { readonly subjects: readonly string[] };
type Told = NonNullable<Telemetry['happenings']>['told'][number];

/** Whether an act of the trial has ended that copy. */
export function isEndedBy(acts: readonly Done[], copy: string): boolean {
  return acts.some(({ kind, subjects }) => actTraits[kind].ends && subjects.includes(copy));
}

/**
 * What ends, and is paused, is started again and fails its probe, and so do those that use it; it is not killed at its memory limit by
 * that. A cluster tells of it by the whole second, on a clock of its own: it may be that before the act's.
 */
function isIntended({ copy, kind, second }: Told, acts: readonly Done[]): boolean {
  if (kind !== 'restarted' && kind !== 'probe-failed') return false;
  return acts.some(({ subjects, beganMs }) => {
    const isAbout = kind === 'probe-failed' || subjects.includes(copy);
    return isAbout && second >= Math.floor(beganMs / 1000) - 1;
  });
}

/**
 * What a trial recorded without what its acts brought about, which is no reason to trust it less: copies that an act has ended count
 * as those that have left as they were meant to.
 * @param deaths what has ended by itself: an act may have ended it before that, and started it again
 */
export function withoutIntended(
  acts: readonly Done[],
  deaths: readonly Pick<Death, 'copy'>[],
  telemetry: Telemetry,
  resources: readonly ServiceResources[],
): readonly [Telemetry, readonly ServiceResources[]] {
  if (acts.length === 0) return [telemetry, resources];
  const isMeant = (copy: string): boolean => isEndedBy(acts, copy) && !deaths.some((death) => death.copy === copy);
  const { beside, happenings } = telemetry;
  const rest = {
    ...telemetry,
    ...withLeft(telemetry, isMeant),
    ...(beside && { beside: beside.map((service) => ({ ...service, ...withLeft(service, isMeant) })) }),
    ...(happenings && {
      happenings: { ...happenings, told: happenings.told.filter((told) => !isIntended(told, acts)) },
    }),
  };
  const used = resources.map(({ ended: end, ...usage }) => {
    if (isMeant(usage.copy)) return { ...usage, restarts: 0 };
    return end === undefined ? usage : { ...usage, ended: end };
  });
  return [rest, used];
}

/** The lost copies that were meant to end counted among those that have left. */
function withLeft(
  { lost, left = [] }: Pick<Telemetry, 'lost' | 'left'>,
  isMeant: (copy: string) => boolean,
): Pick<Telemetry, 'lost' | 'left'> {
  const ended = lost.map(({ replica }) => replica).filter(isMeant);
  return { lost: lost.filter(({ replica }) => !ended.includes(replica)), left: [...new Set([...left, ...ended])] };
}
