import type { Measurement } from '../model/measurement.ts';
import { ratio, requestsOf } from './counters.ts';
import type { Metric } from './metric.ts';

const msPerSecond = 1000;
const rate = { unit: 'per-second', kind: 'timed', side: 'client', better: 'higher' } as const;
const outcome = { unit: 'count', kind: 'counted', side: 'client', better: 'lower', byRequest: true } as const;

/** How many answers had that status: `503`, or `5xx` for all from 500 to 599. */
function answersWith({ statuses }: Measurement, status?: string): number {
  const isOf = (code: string): boolean => {
    if (status === undefined) return true;
    return status.endsWith('xx') ? code.startsWith(status.charAt(0)) : code === status;
  };
  return Object.entries(statuses).reduce((sum, [code, count]) => (isOf(code) ? sum + count : sum), 0);
}

/** How much was answered in a time. */
export const rates: readonly Metric[] = [
  {
    ...rate,
    name: 'rps',
    title: 'RPS',
    byRequest: true,
    counts: 'answers',
    description: 'Right answers per second of measured time.',
    of: ({ measurement: { completed, durationMs } }) => completed / (durationMs / msPerSecond),
  },
  {
    ...rate,
    name: 'max_rps',
    title: 'max RPS',
    bySearch: true,
    description:
      'A search: the highest rate that was confirmed to keep the objective; 0 where none was, missing where noise hid it.',
    of: () => undefined,
  },
];

/** What became of the requests. */
export const outcomes: readonly Metric[] = [
  {
    ...outcome,
    name: 'requests',
    title: 'requests',
    better: 'higher',
    counts: 'answers',
    description:
      'Right answers; of a service beside what is tested, the requests that its copies say they answered: `requests(service=mailer)`.',
    of: ({ measurement }) => measurement.requests,
    ofBeside: requestsOf,
  },
  {
    ...outcome,
    name: 'responses',
    title: 'responses',
    better: 'higher',
    counts: 'answers',
    description: 'Answers, right or not; those with one status as `responses(status=503)` or `responses(status=5xx)`.',
    of: ({ measurement }) => answersWith(measurement),
    byStatus: answersWith,
  },
  {
    ...outcome,
    name: 'response_share',
    title: 'share',
    unit: 'ratio',
    better: 'higher',
    counts: 'losses',
    description: 'Answers with one status as a share of all answers: `response_share(status=429)`.',
    // It is one only of a status that a claim names.
    of: () => undefined,
    byStatus: (measurement, status) => {
      return status === undefined ? 1 : ratio(answersWith(measurement, status), answersWith(measurement));
    },
  },
  {
    ...outcome,
    name: 'errors',
    title: 'errors',
    counts: 'losses',
    byAct: true,
    description:
      'Requests that failed: wrong status or body, refused, reset, timed out. Behind one act, those until clients were served as before: `errors(act=kill-app)`.',
    of: ({ measurement }) => measurement.failed,
  },
  {
    ...outcome,
    name: 'error_rate',
    title: 'error rate',
    unit: 'ratio',
    counts: 'losses',
    isAbsolute: true,
    description: 'Errors as a share of the requests that ended.',
    of: ({ measurement: { failed, requests } }) => ratio(failed, requests + failed),
  },
  {
    ...outcome,
    name: 'unfinished',
    title: 'unfinished',
    description: 'Requests still in flight when the measured time, and the waiting after it, ended.',
    of: ({ measurement }) => measurement.unfinished,
  },
];
