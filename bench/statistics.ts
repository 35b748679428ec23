import { median } from '../src/analysis/summary.ts';
import { formatNumber } from '../src/model/numbers.ts';

/** `median (lowest to highest)` of figures that were taken in one run. */
export function spread(values: readonly number[], unit = ''): string {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map(formatNumber);
  return `${middle}${unit} (${low} to ${high})`;
}

/** The ratio round by round: each round's sides ran next to each other, so that a slow minute of the machine cancels out. */
export function ratios(values: readonly number[], baselines: readonly number[]): readonly number[] {
  return values.map((value, round) => value / (baselines[round] ?? NaN));
}

/** The value that a share of all did not exceed, by rank and without interpolation, as a histogram has it. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share - 1e-9) - 1)] ?? NaN;
}

/** A Markdown table; the first column is text. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}
