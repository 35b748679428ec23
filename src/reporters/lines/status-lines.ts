import { median, rowsOf, type Row } from '../../analysis/summary.ts';
import { formatNumber } from '../../model/numbers.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import { spoken } from './remarks.ts';

/** How many answers had each status: the median of a trial, as everywhere in the tables. */
function statusesOf({ trials }: Row): readonly (readonly [string, number])[] {
  const all = trials.map(({ measurement }) => measurement.statuses);
  const codes = [...new Set(all.flatMap((statuses) => Object.keys(statuses)))].sort();
  return codes.map((code) => [code, median(all.map((statuses) => statuses[code] ?? 0))]);
}

/** `200: 9,842, 404: 158`; `-` where nothing was answered. */
export function statusText(row: Row): string {
  const statuses = statusesOf(row).map(([code, count]) => `${code}: ${formatNumber(count)}`);
  return statuses.length === 0 ? '-' : statuses.join(', ');
}

/** The answers of each row by status. Of several rows, those with one status only are told together, without their numbers. */
export function statusLines(rows: readonly Row[]): readonly string[] {
  return spoken(
    rows.map((row) => {
      const [only, ...others] = statusesOf(row);
      const isPlain = rows.length > 1 && only !== undefined && others.length === 0;
      return { row, text: only === undefined ? 'no answer' : isPlain ? `all ${only[0]}` : statusText(row) };
    }),
  );
}

/** The same for reports without tables, of the trials of one scenario: `answers of aside ×1: all 200`. */
export function answerLines(scenario: string, trials: readonly TrialRecord[]): readonly string[] {
  const variants = [...new Set(trials.map(({ variant }) => variant))];
  return statusLines(rowsOf(trials, scenario, variants)).map((line) => `answers of ${line}`);
}
