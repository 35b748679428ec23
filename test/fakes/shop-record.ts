import type { Measurement } from '../../src/model/measurement.ts';
import type { TrialRecord } from '../../src/record/run-record.ts';
import { measurement, trialRecord } from './records.ts';

type RequestOutcome = Measurement['byRequest'][number];

/** What became of one request, changed as told: 950 right answers. */
export function requestOutcome(request: string, changes: Partial<RequestOutcome> = {}): RequestOutcome {
  const { failed, completed, unfinished, bytes, errors, refusals, waiting, latency } = measurement();
  const [dropped, unsent, requests, statuses] = [0, 0, 950, { '200': 950 }];
  const counts = { requests, failed, completed, unfinished, bytes, dropped, unsent };
  const usual = { ...counts, statuses, errors, refusals, waiting, latency };
  return { request, ...usual, ...changes };
}

/** A trial of a shop: of a thousand requests all payments fail, which are one in twenty, and p99 of the others is in doubt. */
export function shopTrial(changes: Partial<TrialRecord> = {}): TrialRecord {
  const errors = { 'status-5xx': 50 };
  const pay = requestOutcome('POST /pay', { requests: 0, failed: 50, statuses: { '500': 50 }, errors });
  return trialRecord({
    metrics: { rps: 95, p50: 1, p99: 9, error_rate: 0.05, errors: 50, responses: 1000 },
    measurement: measurement({
      requests: 950,
      failed: 50,
      statuses: { '200': 950, '500': 50 },
      errors,
      byRequest: [requestOutcome('GET /'), pay],
    }),
    byRequest: [
      {
        request: 'GET /',
        metrics: { rps: 95, p50: 1, p99: 9, error_rate: 0, errors: 0, responses: 950 },
        caveats: [{ kind: 'too-few-samples', text: 'GET /: 950 answers are too few for p99', doubts: ['p99'] }],
      },
      { request: 'POST /pay', metrics: { error_rate: 1, errors: 50 }, caveats: [] },
    ],
    ...changes,
  });
}
