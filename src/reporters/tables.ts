import type { Row } from '../analysis/summary.ts';
import { findMetric, type Metric } from '../metrics.ts';
import { formatBytes, formatNumber, formatValue } from '../numbers.ts';

/** How a cell stands out: the best of its column, or a number that is not to be leaned on. */
export type Mark = 'best' | 'doubtful';

/** One cell of a table. */
export interface Cell {
  readonly text: string;
  readonly mark?: Mark;
}

/** A table that any reporter can draw; the first `labels` columns are text, the others numbers. */
export interface Table {
  readonly headings: readonly string[];
  readonly labels: number;
  readonly rows: readonly (readonly Cell[])[];
}

const timingColumns = ['rps', 'p50', 'p95', 'p99', 'p99.9', 'max'] as const;

function metricsNamed(names: readonly string[]): readonly Metric[] {
  return names.flatMap((name) => findMetric(name) ?? []);
}

function heading({ title, unit }: Metric): string {
  return unit === 'ms' ? `${title} ms` : title;
}

function isDoubted(row: Row, metric: Metric): boolean {
  return row.caveats.some((caveat) => caveat.doubts.includes(metric.name));
}

/** The best of those that can be compared: a variant that refuses requests quickly has not won. */
function isBest(row: Row, metric: Metric, rows: readonly Row[]): boolean {
  const rivals = rows.filter((other) => failedOf(other) === 0 && !isDoubted(other, metric));
  const values = rivals.flatMap((other) => other.values[metric.name]?.median ?? []);
  if (!rivals.includes(row) || new Set(values).size < 2) return false;
  return row.values[metric.name]?.median === (metric.better === 'higher' ? Math.max(...values) : Math.min(...values));
}

function cell(row: Row, metric: Metric, rows: readonly Row[]): Cell {
  const spread = row.values[metric.name];
  if (!spread) return { text: '-' };
  const text = formatValue(spread.median, metric.unit);
  if (isDoubted(row, metric)) return { text: `~${text}`, mark: 'doubtful' };
  return isBest(row, metric, rows) ? { text, mark: 'best' } : { text };
}

/** How many requests of a row failed, over all rounds. */
export function failedOf(row: Row): number {
  return row.trials.reduce((sum, trial) => sum + trial.measurement.failed, 0);
}

function errorCell(row: Row): Cell {
  const failed = failedOf(row);
  return failed === 0 ? { text: '0' } : { text: formatNumber(failed), mark: 'doubtful' };
}

/** The kinds behind an errors cell: `1,200 status-5xx, 34 reset`. */
export function errorKinds(row: Row): string {
  const kinds = new Map<string, number>();
  for (const { measurement } of row.trials) {
    for (const [kind, count] of Object.entries(measurement.errors)) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  const sorted = [...kinds].filter(([, count]) => count > 0).sort((one, other) => other[1] - one[1]);
  return sorted.map(([kind, count]) => `${formatNumber(count)} ${kind}`).join(', ');
}

/** How far the rounds lie apart, as a share of the median. */
function spreadCell(row: Row): Cell {
  const spread = row.values.rps;
  if (!spread) return { text: '-' };
  return { text: `±${formatValue((spread.max - spread.min) / 2 / spread.median, 'ratio')}` };
}

function labelCells(row: Row): readonly Cell[] {
  return [{ text: row.variant }, { text: String(row.replicas) }];
}

const labelHeadings = ['variant', 'N'] as const;

/** What the client saw: RPS, the percentiles, errors. */
export function timingTable(rows: readonly Row[], rounds: number): Table {
  const [rps, ...latencies] = metricsNamed(timingColumns);
  if (!rps) throw new Error('the catalogue lost rps');
  const several = rounds > 1;
  return {
    headings: [...labelHeadings, heading(rps), ...(several ? ['spread'] : []), ...latencies.map(heading), 'errors'],
    labels: 1,
    rows: rows.map((row) => [
      ...labelCells(row),
      cell(row, rps, rows),
      ...(several ? [spreadCell(row)] : []),
      ...latencies.map((metric) => cell(row, metric, rows)),
      errorCell(row),
    ]),
  };
}

/** RPS against the fewest replicas of the same variant, and how much of what they promise that is. */
function scalingCells(row: Row, rows: readonly Row[]): readonly Cell[] {
  const [fewest] = rows.filter(({ variant }) => variant === row.variant);
  const base = fewest?.values.rps?.median;
  const rps = row.values.rps?.median;
  if (!fewest || base === undefined || base === 0 || rps === undefined) return [{ text: '-' }, { text: '-' }];
  const speedUp = rps / base;
  const efficiency = speedUp / (row.replicas / fewest.replicas);
  return [{ text: `×${formatNumber(speedUp)}` }, { text: formatValue(efficiency, 'ratio') }];
}

const bars = '▁▂▃▄▅▆▇█';

/** The p99 of every second of the last round as bars on a logarithmic scale that all rows share, from 1 ms to the highest. */
function timelineCell(row: Row, rows: readonly Row[]): Cell {
  const secondsOf = (of: Row): readonly number[] =>
    of.trials.at(-1)?.measurement.timeline.map(({ p99Us }) => p99Us) ?? [];
  const highest = Math.log(Math.max(2000, ...rows.flatMap(secondsOf)) / 1000);
  const bar = (p99Us: number): string => {
    const share = Math.log(Math.max(1000, p99Us) / 1000) / highest;
    return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))] ?? '';
  };
  return { text: secondsOf(row).map(bar).join('') };
}

/** How RPS grew with the replicas, and the counted metrics that the scenario is about; empty where there is neither. */
export function evidenceTable(rows: readonly Row[], names: readonly string[]): Table {
  const columns = metricsNamed(names);
  const scales = new Set(rows.map(({ replicas }) => replicas)).size > 1;
  const bySecond = names.includes('worst_second_p99');
  const isEmpty = columns.length === 0 && !scales;
  return {
    headings: [
      ...labelHeadings,
      ...(scales ? ['speed-up', 'efficiency'] : []),
      ...columns.map(heading),
      ...(bySecond ? ['p99 by second'] : []),
    ],
    labels: 1,
    rows: (isEmpty ? [] : rows).map((row) => [
      ...labelCells(row),
      ...(scales ? scalingCells(row, rows) : []),
      ...columns.map((metric) => cell(row, metric, rows)),
      ...(bySecond ? [timelineCell(row, rows)] : []),
    ]),
  };
}

/** One line a row and service: cores used, share of the time at the CPU limit, memory at its peak. */
export function resourceTable(rows: readonly Row[]): Table {
  const cells = rows.flatMap((row) => {
    const services = row.trials.at(-1)?.resources ?? [];
    return services.map(({ service, cpuRatio, cpuLimit, throttledRatio, memoryPeakBytes, memoryLimitBytes }) => [
      ...labelCells(row),
      { text: service },
      { text: formatNumber(cpuRatio) },
      { text: cpuLimit === undefined ? '-' : formatNumber(cpuLimit) },
      { text: formatValue(throttledRatio, 'ratio') },
      { text: formatBytes(memoryPeakBytes) },
      { text: memoryLimitBytes === undefined ? '-' : formatBytes(memoryLimitBytes) },
    ]);
  });
  return {
    headings: [...labelHeadings, 'service', 'CPU', 'limit', 'throttled', 'memory', 'limit'],
    labels: 1,
    rows: cells,
  };
}
