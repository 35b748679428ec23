import { stringify } from 'csv-stringify/sync';
import { metrics } from '../metrics.ts';
import type { RunRecord, TrialRecord } from '../result.ts';

const columns = ['run', 'scenario', 'variant', 'replicas', 'round', 'trial', 'metric', 'value', 'unit', 'doubted'];

function rowsOf(record: RunRecord, trial: TrialRecord): readonly (readonly (string | number)[])[] {
  const { scenario, variant, replicas, round, number, caveats } = trial;
  return metrics.flatMap(({ name, unit }) => {
    const value = trial.metrics[name];
    if (value === undefined) return [];
    const isDoubted = caveats.some(({ doubts }) => doubts.includes(name));
    return [[record.id, scenario, variant, replicas, round, number, name, value, unit, isDoubted ? 'yes' : 'no']];
  });
}

/** A row a metric of a trial (RFC 4180), for spreadsheets and data frames. A name that a spreadsheet would take for a formula is escaped. */
export function csvReport(record: RunRecord): string {
  const rows = record.trials.flatMap((trial) => rowsOf(record, trial));
  return stringify([columns, ...rows], { record_delimiter: 'windows', escape_formulas: true });
}
