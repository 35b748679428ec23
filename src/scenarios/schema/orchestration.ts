import { bounds, type LoadProfile } from '../../model/load-profile.ts';
import { autoscaleIn, shutdowns, type Autoscale, type Rollout, type System } from '../../model/system.ts';
import { faulty, type Fault, type Reading } from '../../shapes/fault.ts';
import { choice, duration, issueOf, reading, table, whole } from '../../shapes/shapes.ts';
import { readPercentage, writtenUnits } from '../../shapes/units.ts';

const { least, most } = bounds.replicas;

/** Autoscalers count in whole per cent. */
const readCpuShare = (input: unknown, noun: string): Reading<number> => {
  const read = readPercentage(input, noun, 1);
  if ('fault' in read) return read;
  const percent = Math.round(read.value * 100);
  const isWhole = percent > 0 && Math.abs(read.value * 100 - percent) < 1e-9;
  return isWhole ? { value: percent / 100 } : faulty(`${noun} must be from 1% to 100%, in whole per cent`);
};
const cpuShare = reading('the CPU share', readCpuShare, { type: 'string', pattern: writtenUnits.percentage });

const autoscaleKeys = table('autoscale', {
  cpu: cpuShare,
  min: whole('the lowest number of replicas', least, most).optional(),
  max: whole('the highest number of replicas', least, most),
});

/** `autoscale:` as it is written. */
export const autoscaleSchema = autoscaleKeys
  .superRefine((written, context) => {
    const { min = least, max } = written;
    const sentence = `there would be at least ${min} replicas, and at most ${max}`;
    const hint = 'min is how many there always are, max how many there may be';
    if (max < min) context.issues.push(issueOf(written, { sentence, hint }, ['max']));
  })
  .transform(({ cpu, min = least, max }): Autoscale => ({ cpu, least: min, most: max }));

const rolloutKeys = table('rollout', {
  at: duration('the beginning of the roll-out', 0, bounds.durationMs.most),
  shutdown: choice('the shutdown', shutdowns).optional(),
});

/** `rollout:` as it is written. */
export const rolloutSchema = rolloutKeys.transform(({ at: atMs, shutdown = 'graceful' }): Rollout => ({
  atMs,
  shutdown,
}));

/** What a variant is run with. */
export interface Runs {
  readonly replicas: readonly number[];
  /** Nothing where it could not be read. */
  readonly load: LoadProfile | undefined;
}

/** Something about the replica counts or the load that does not go with what a variant says. */
export interface Misfit extends Fault {
  /** The variant's key that it does not go with. */
  readonly key: 'autoscale' | 'target';
  /** Which of the two is wrong. */
  readonly about: keyof Runs;
}

/** What does not go with the autoscaling or the fixed port of a variant: told at the variant, or where a run was changed. */
export function misfitsOf(system: System, { replicas }: Pick<Runs, 'replicas'>): readonly Misfit[] {
  if (system.kind === 'command' && system.port !== undefined) return portMisfit(system.port, replicas);
  const autoscale = autoscaleIn(system);
  const outside = autoscale && replicas.filter((count) => count < autoscale.least || count > autoscale.most);
  return autoscale && outside?.length ? [replicaMisfit(autoscale, outside)] : [];
}

function replicaMisfit(autoscale: Autoscale, outside: readonly number[]): Misfit {
  return {
    key: 'autoscale',
    about: 'replicas',
    sentence: `autoscale keeps ${autoscale.least} to ${autoscale.most} replicas, and it would begin with ${outside.join(', ')}`,
    hint: 'replicas is how many there are at the start',
  };
}

function portMisfit(port: number, replicas: readonly number[]): readonly Misfit[] {
  const several = replicas.find((count) => count > 1);
  if (several === undefined) return [];
  const sentence = `${several} replicas of a command cannot all listen on port ${port}`;
  const hint = 'leave port out: each finds its own in the variable PORT, or where {port} is in the command';
  return [{ key: 'target', about: 'replicas', sentence, hint }];
}
