import { formatNumber, formatPercent, formatQuantity } from '../numbers.ts';
import type { Measurement } from '../result.ts';
import type { Trust } from '../scenarios/scenario.ts';

/** How the generator fell short, if it did: what it did not send first, then what kept it from sending in time. */
function shortcomingOf({ open, durationMs, generator }: Measurement, trust: Trust): string | undefined {
  const { eventLoopUtilisation, lagP99Us } = generator;
  const perSecond = (count: number): number => count / (durationMs / 1000);
  if (open && open.offered - open.released > trust.shortfall * open.offered)
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
  { trust, workers }: { readonly trust: Trust; readonly workers: number },
): string | undefined {
  const shortcoming = shortcomingOf(measurement, trust);
  if (shortcoming === undefined) return undefined;
  return `the generator was the limit: ${shortcoming}; ${adviceFor(measurement, workers)}`;
}

/** Below so many cores for each worker, it was not its own work that kept a late generator busy. */
const ownWork = 0.6;

/** More workers help one that has too much to do, and not one that is kept from the CPU. */
function adviceFor({ generator }: Measurement, workers: number): string {
  const cores = generator.cpuRatio / workers;
  if (cores >= ownWork) return `use --workers ${workers * 2}`;
  const who = workers === 1 ? 'it' : 'each worker';
  return `${who} had ${formatNumber(cores)} of a core, as the machine or a limit gave it no more`;
}
