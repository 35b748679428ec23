import { isAhead, rivalsIn } from '../../analysis/lead.ts';
import { median, type Row } from '../../analysis/summary.ts';
import { findMetric } from '../../metrics/catalogue.ts';
import type { Metric } from '../../metrics/metric.ts';
import { formatNumber, formatValue } from '../../model/numbers.ts';
import type { Cell } from './table.ts';

/** The metrics of those names, in that order. */
export function metricsNamed(names: readonly string[]): readonly Metric[] {
  return names.flatMap((name) => findMetric(name) ?? []);
}

/** A metric's title, with its unit where a number alone would not show it. */
export function heading({ title, unit }: Metric): string {
  return unit === 'ms' ? `${title} ms` : title;
}

/** Whether a caveat of any round speaks against a metric. */
export function isDoubted(row: Row, metric: string): boolean {
  return row.caveats.some((caveat) => caveat.doubts.includes(metric));
}

/** How many requests of a row failed, over all rounds. */
export function failedOf(row: Row): number {
  return row.trials.reduce((sum, trial) => sum + trial.measurement.failed, 0);
}

/** Whether it is ahead of every other row that can be compared, as whoever leads in the headline is. */
function isBest(row: Row, metric: Metric, rows: readonly Row[]): boolean {
  const [best, next] = rivalsIn(rows, metric);
  return row === best && next !== undefined && isAhead(best, next, metric);
}

/** The median of a metric over the rounds, marked if it is in doubt or the best of its column. */
export function metricCell(row: Row, metric: Metric, rows: readonly Row[]): Cell {
  const spread = row.values[metric.name];
  if (!spread) return { text: '-' };
  const text = formatValue(spread.median, metric.unit);
  if (isDoubted(row, metric.name)) return { text: `~${text}`, mark: 'doubtful' };
  return isBest(row, metric, rows) ? { text, mark: 'best' } : { text };
}

/** How many requests of a trial came to nothing, the median over the rounds: any in any of them is a reason to look twice. */
export function lossCell(counts: readonly number[]): Cell {
  const text = formatNumber(median(counts));
  return counts.every((count) => count === 0) ? { text } : { text, mark: 'doubtful' };
}
