import type { Row } from '../../analysis/summary.ts';
import type { Metric } from '../../metrics/metric.ts';
import { formatNumber, formatValue } from '../../model/numbers.ts';
import { heading, lossCell, metricCell, metricsNamed } from './metric-cells.ts';
import { labelCells, labelHeadings, type Cell, type Table } from './table.ts';

/** A column of the table: its heading and what it says of a row. */
interface Column {
  readonly heading: string;
  readonly cell: (row: Row) => Cell;
}

/** How far the rounds lie apart, as a share of the median. */
function spreadCell(row: Row): Cell {
  const spread = row.values.rps;
  if (!spread || spread.median === 0) return { text: '-' };
  return { text: `±${formatValue((spread.max - spread.min) / 2 / spread.median, 'ratio')}` };
}

/** What was asked for is the same for all, or nearly, and none of them is the best at it. */
function offeredCell(row: Row): Cell {
  const offered = row.values.offered_rate;
  return { text: offered ? formatNumber(offered.median) : '-' };
}

/** Whether the load was open: what a row's latency is then, and which columns it has. */
export function isOpen(rows: readonly Row[]): boolean {
  return rows.some(({ trials }) => trials.some(({ measurement }) => measurement.open !== undefined));
}

function droppedOf({ trials }: Row): readonly number[] {
  return trials.map(({ measurement }) => measurement.open?.dropped ?? 0);
}

/** What the client saw: RPS, the mean, the percentiles, errors; of open load what was offered, and the time from being sent. */
export function timingTable(rows: readonly Row[], rounds: number): Table {
  const ofMetric = (metric: Metric): Column => ({
    heading: heading(metric),
    cell: (row) => metricCell(row, metric, rows),
  });
  const named = (...names: string[]): readonly Column[] => metricsNamed(names).map(ofMetric);
  const rps = [...named('rps'), ...(rounds > 1 ? [{ heading: 'spread', cell: spreadCell }] : [])];
  const errors = {
    heading: 'errors',
    cell: (row: Row) => lossCell(row.trials.map(({ measurement }) => measurement.failed)),
  };
  const dropped = { heading: 'dropped', cell: (row: Row) => lossCell(droppedOf(row)) };
  const columns = isOpen(rows)
    ? [
        { heading: 'offered', cell: offeredCell },
        ...rps,
        ...named('mean', 'p50', 'p95', 'p99', 'max'),
        // Its title would not fit 80 columns beside the others; a fact above the table says what it is.
        ...named('p99.service').map((column) => ({ ...column, heading: 'service' })),
        errors,
        ...(rows.some((row) => droppedOf(row).some((dropped) => dropped > 0)) ? [dropped] : []),
      ]
    : [...rps, ...named('mean', 'p50', 'p95', 'p99', 'p99.9', 'max'), errors];
  return {
    headings: [...labelHeadings, ...columns.map((column) => column.heading)],
    labels: 1,
    rows: rows.map((row) => [...labelCells(row), ...columns.map(({ cell }) => cell(row))]),
  };
}
