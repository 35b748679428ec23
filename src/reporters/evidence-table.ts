import type { Row } from '../analysis/summary.ts';
import { measuredSlices } from '../analysis/timeline.ts';
import { formatNumber, formatValue } from '../numbers.ts';
import { heading, metricCell, metricsNamed } from './metric-cells.ts';
import { labelCells, labelHeadings, type Cell, type Table } from './table.ts';

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
    of.trials.slice(-1).flatMap(({ measurement }) => measuredSlices(measurement).map(({ p99Us }) => p99Us));
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
      ...columns.map((metric) => metricCell(row, metric, rows)),
      ...(bySecond ? [timelineCell(row, rows)] : []),
    ]),
  };
}
