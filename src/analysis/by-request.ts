import { measurementOfRequest } from '../metrics/by-request.ts';
import type { TrialRecord } from '../record/run-record.ts';

/**
 * A trial as if that had been the only request of its workload: with its own metrics, caveats and
 * outcome. Whatever judges or compares trials by their metrics does the same with these.
 * @returns undefined where the workload has no request of that name
 */
export function trialOfRequest(trial: TrialRecord, request: string): TrialRecord | undefined {
  const results = trial.byRequest.find((candidate) => candidate.request === request);
  const outcome = trial.measurement.byRequest.find((candidate) => candidate.request === request);
  if (!results || !outcome) return undefined;
  const { metrics: own, caveats } = results;
  return { ...trial, metrics: own, caveats, measurement: measurementOfRequest(trial.measurement, outcome) };
}
