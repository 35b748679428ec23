import { median } from '../src/analysis/summary.ts';
import { formatNumber } from '../src/numbers.ts';

/** `median (lowest to highest)` of figures that were taken in one run. */
export function spread(values: readonly number[], unit = ''): string {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map(formatNumber);
  return `${middle}${unit} (${low} to ${high})`;
}

/** The ratio round by round: each round's sides ran next to each other, so that a slow minute of the machine cancels out. */
export function ratios(values: readonly number[], baselines: readonly number[]): readonly number[] {
  return values.map((value, round) => value / (baselines[round] ?? NaN));
}

/** A Markdown table; the first column is text. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}
