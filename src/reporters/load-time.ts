import type { TrialRecord } from '../result.ts';

/** How long trials were measured, all together. */
export function loadMsOf(trials: readonly TrialRecord[]): number {
  return trials.reduce((sum, { measurement }) => sum + measurement.durationMs, 0);
}
