import { stringify } from 'csv-stringify/sync';
import { trialOfRequest } from '../analysis/by-request.ts';
import { metrics } from '../metrics/catalogue.ts';
import type { RunRecord, TrialRecord } from '../record/run-record.ts';

const columns = [
  'run',
  'scenario',
  'variant',
  'replicas',
  'round',
  'trial',
  'metric',
  'value',
  'unit',
  'doubted',
  'request',
];

function rowsOf(record: RunRecord, trial: TrialRecord): readonly (readonly (string | number)[])[] {
  const requests = trial.byRequest.length > 1 ? trial.byRequest.map(({ request }) => request) : [];
  return [
    ...resultRows(record, trial, ''),
    ...requests.flatMap((request) => {
      const own = trialOfRequest(trial, request);
      return own === undefined ? [] : resultRows(record, own, request);
    }),
  ];
}

/** The metrics of a trial, or of one request of it; answers by status, and what each service used, as claims name them. */
function resultRows(record: RunRecord, trial: TrialRecord, request: string): readonly (readonly (string | number)[])[] {
  const { scenario, variant, replicas, round, number, caveats, measurement } = trial;
  const place = [record.id, scenario, variant, replicas, round, number];
  const row = (metric: string, called: string, value: number, unit: string): readonly (string | number)[] => {
    const isDoubted = caveats.some(({ doubts }) => doubts.includes(metric));
    return [...place, called, value, unit, isDoubted ? 'yes' : 'no', request];
  };
  return [
    ...metrics.flatMap(({ name, unit }) => {
      const value = trial.metrics[name];
      return value === undefined ? [] : [row(name, name, value, unit)];
    }),
    ...Object.entries(measurement.statuses).map(([status, count]) =>
      row('responses', `responses(status=${status})`, count, 'count'),
    ),
    ...(request === '' ? (trial.byService ?? []) : []).flatMap(({ service, metrics: costs }) =>
      metrics.flatMap(({ name, unit }) => {
        const value = costs[name];
        return value === undefined ? [] : [row(name, `${name}(service=${service})`, value, unit)];
      }),
    ),
  ];
}

/** A row a metric of a trial, and of each request where its workload has several (RFC 4180), for spreadsheets and data frames. A text that a spreadsheet would take for a formula is escaped, and one that it could take for several cells is quoted. */
export function csvReport(record: RunRecord): string {
  const rows = record.trials.flatMap((trial) => rowsOf(record, trial));
  return stringify([columns, ...rows], { record_delimiter: 'windows', escape_formulas: true, quoted_match: /[;\t]/ });
}
