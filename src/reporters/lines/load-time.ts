import type { TrialRecord } from '../../record/run-record.ts';

/** How long trials were measured, all together. */
export function loadMsOf(trials: readonly TrialRecord[]): number {
  return trials.reduce((sum, { measurement }) => sum + measurement.durationMs, 0);
}
