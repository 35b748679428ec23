import type { Row } from '../../analysis/summary.ts';
import { formatNumber, formatValue } from '../../model/numbers.ts';
import { isChanging, p99Cell, replicasCell } from './bars.ts';
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

/**
 * How RPS grew with the replicas, the metrics that the scenario is about, what an answer costs where that is known, and replicas that came
 * and went; may be empty.
 */
export function evidenceTable(rows: readonly Row[], names: readonly string[]): Table {
  const isKnown = rows.some(({ values }) => values.cpu_per_request !== undefined);
  const columns = metricsNamed([...new Set([...names, ...(isKnown ? ['cpu_per_request'] : [])])]);
  const scales = new Set(rows.map(({ replicas }) => replicas)).size > 1;
  const bySecond = names.includes('worst_second_p99');
  const changes = isChanging(rows);
  const isEmpty = columns.length === 0 && !scales && !changes;
  return {
    headings: [
      ...labelHeadings,
      ...(scales ? ['speed-up', 'efficiency'] : []),
      ...columns.map(heading),
      ...(bySecond ? ['p99 by second'] : []),
      ...(changes ? ['replicas over time'] : []),
    ],
    labels: 1,
    rows: (isEmpty ? [] : rows).map((row) => [
      ...labelCells(row),
      ...(scales ? scalingCells(row, rows) : []),
      ...columns.map((metric) => metricCell(row, metric, rows)),
      ...(bySecond ? [p99Cell(row, rows)] : []),
      ...(changes ? [replicasCell(row, rows)] : []),
    ]),
  };
}
