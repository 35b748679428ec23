import type { Measurement } from '../../model/measurement.ts';
import { formatNumber, formatPercent, formatQuantity } from '../../model/numbers.ts';
import type { Trust } from '../../model/scenario.ts';

/** What was asked of the generator. */
export interface GeneratorContext {
  readonly trust: Trust;
  /** How many load workers there were. */
  readonly workers: number;
  /** How many the load can be shared among. */
  readonly mostWorkers: number;
}

/** How the generator fell short, if it did: what it did not send first, then what kept it from sending in time. */
function shortcomingOf({ open, durationMs, generator }: Measurement, trust: Trust): string | undefined {
  const { eventLoopUtilisation, lagP99Us } = generator;
  const perSecond = (count: number): number => count / (durationMs / 1000);
  // One that was due a moment before the end is no shortfall.
  if (open && open.offered - open.released > Math.max(1, trust.shortfall * open.offered))
    return `${formatNumber(perSecond(open.released))} of ${formatQuantity(perSecond(open.offered), 'per-second')} sent`;
  if (open && open.scheduleLag.p99Us > trust.scheduleLagMs * 1000)
    return `it sent ${formatQuantity(open.scheduleLag.p99Us / 1000, 'ms')} late at p99`;
  if (eventLoopUtilisation > trust.utilisation)
    return `its event loop was busy ${formatPercent(eventLoopUtilisation)} of the time`;
  // How late an open load was is known from its schedule, which is closer to the matter than any timer.
  if (!open && lagP99Us > trust.lagMs * 1000)
    return `its timers were ${formatQuantity(lagP99Us / 1000, 'ms')} late at p99`;
  return undefined;
}

/**
 * Says that the generator, and not the system under test, was the limit: in numbers, with what can be done. A CPU quota that
 * starves it shows in the same numbers. Undefined where it was not.
 */
export function generatorLimit(
  measurement: Measurement,
  { trust, workers, mostWorkers }: GeneratorContext,
): string | undefined {
  const shortcoming = shortcomingOf(measurement, trust);
  if (shortcoming === undefined) return undefined;
  return `the generator was the limit: ${shortcoming}; ${adviceFor(measurement, workers, mostWorkers)}`;
}

/** Below so many cores for each worker, it was not its own work that kept a late generator busy. */
const ownWork = 0.6;

/** More workers help one that has too much to do, and not one that is kept from the CPU. */
function adviceFor({ generator }: Measurement, workers: number, mostWorkers: number): string {
  const cores = generator.cpuRatio / workers;
  const more = Math.min(workers * 2, mostWorkers);
  if (cores >= ownWork) return more > workers ? `use --workers ${more}` : 'it cannot be shared among more workers';
  const who = workers === 1 ? 'it' : 'each worker';
  return `${who} had ${formatNumber(cores)} of a core, as the machine or a limit gave it no more`;
}
