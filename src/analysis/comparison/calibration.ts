import { z } from 'zod';
import { findMetric } from '../../metrics/catalogue.ts';
import type { ComparedMetric, Comparison, Machine } from '../../record/run-record.ts';

const noiseSchema = z.object({
  metric: z.string(),
  scale: z.enum(['ratio', 'difference']),
  floor: z.number().nonnegative().describe('How far from "no difference" the interval reached with nothing changed'),
  detectable: z.number().nonnegative().describe('The smallest true difference that is found nine times in ten'),
  size: z.number().nonnegative().optional().describe('Of a difference: what it is a share of, the larger median'),
});

const entrySchema = z.object({
  takenAt: z.iso.datetime(),
  platform: z.string(),
  cpu: z.string(),
  cores: z.int().positive(),
  scenario: z.string(),
  variant: z.string(),
  replicas: z.int().positive(),
  load: z.string().describe('In words: another load is another experiment'),
  rounds: z.int().positive(),
  noise: z.array(noiseSchema),
});

/** The format of `calibration.json`. */
export const calibrationsSchema = z.object({ version: z.literal(1), entries: z.array(entrySchema) });

/** What was found of the noise of machines; one entry a machine, platform and experiment. */
export type Calibrations = z.infer<typeof calibrationsSchema>;
export type Calibration = Calibrations['entries'][number];
export type Noise = Calibration['noise'][number];

/** What an entry is of. */
export type CalibrationKey = Pick<Calibration, 'platform' | 'cpu' | 'cores' | 'scenario' | 'load'>;

/** Quantiles of the normal distribution: what an interval takes on each side at 95%, and what finds nine of ten on top. */
const z975 = 1.96;
const z90 = 1.282;

/** What the noise is by a comparison of a system with itself; metrics without an interval are left out. */
export function noiseOf({ metrics }: Comparison): readonly Noise[] {
  return metrics.filter(({ request }) => request === undefined).flatMap((compared) => noiseIn(compared) ?? []);
}

function noiseIn({ metric, scale, low, high, a = 0, b = 0 }: ComparedMetric): Noise | undefined {
  if (low === undefined || high === undefined) return undefined;
  const nothing = scale === 'ratio' ? 1 : 0;
  const halfWidth = (high - low) / 2;
  return {
    metric,
    scale,
    floor: Math.max(Math.abs(low - nothing), Math.abs(high - nothing)),
    detectable: halfWidth * (1 + z90 / z975),
    ...(scale === 'difference' ? { size: Math.max(a, b) } : {}),
  };
}

function isOf(entry: Calibration, key: CalibrationKey): boolean {
  return (['platform', 'cpu', 'cores', 'scenario', 'load'] as const).every((part) => entry[part] === key[part]);
}

/** A floor as a gate's tolerance has it: a share, or for an error rate the difference itself. */
function shareOf({ metric, scale, floor, size = 0 }: Noise): number {
  if (scale === 'ratio' || findMetric(metric)?.isAbsolute === true) return floor;
  return size > 0 ? floor / size : 0;
}

/** The noise floors, by metric, of the same experiment on the same kind of machine; undefined where there is no such entry. */
export function floorsFor(
  { entries }: Calibrations,
  key: CalibrationKey,
): Readonly<Record<string, number>> | undefined {
  const entry = entries.findLast((candidate) => isOf(candidate, key));
  return entry && Object.fromEntries(entry.noise.map((noise) => [noise.metric, shareOf(noise)]));
}

/** The calibrations with one more, in place of an older one of the same. */
export function withCalibration({ entries }: Calibrations, entry: Calibration): Calibrations {
  return { version: 1, entries: [...entries.filter((other) => !isOf(other, entry)), entry] };
}

/** What identifies the machine in an entry. */
export function machineKey({ cpu, cores }: Machine): Pick<Calibration, 'cpu' | 'cores'> {
  return { cpu, cores };
}
