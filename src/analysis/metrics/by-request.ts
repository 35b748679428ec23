import type { Measurement } from '../../model/measurement.ts';
import { metrics } from '../../model/metrics.ts';
import type { TrialRecord } from '../../record/run-record.ts';

/** What became of one request of the workload. */
export type RequestOutcome = Measurement['byRequest'][number];

/** The metrics that one request has as well as all of them, by the catalogue. */
const metricsOfEach = new Set(metrics.filter(({ byRequest }) => byRequest).map(({ name }) => name));

/** Of the metrics of a measurement by name, those that one request has. */
export function onlyOfEach(all: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => metricsOfEach.has(name)));
}

/** A measurement as if that had been the only request of its workload; what is known of all of them alone is left empty. */
export function measurementOfRequest(whole: Measurement, outcome: RequestOutcome): Measurement {
  const { request: _, dropped, unsent, ...own } = outcome;
  const refused = Object.values(own.refusals).reduce((sum, count) => sum + count, 0);
  const sent = own.requests + own.failed + refused + own.unfinished;
  const open = whole.open && { ...whole.open, offered: sent + dropped + unsent, dropped, unsent };
  return {
    ...whole,
    ...own,
    carried: 0,
    sent,
    byRequest: [outcome],
    timeline: [],
    anatomy: [],
    slowest: [],
    ...(open && { open }),
  };
}

/**
 * A trial as if that had been the only request of its workload: with its own metrics (those of {@link onlyOfEach}), caveats and
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
