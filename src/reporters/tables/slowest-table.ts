import type { Row } from '../../analysis/summary.ts';
import { largestPart } from '../../analysis/trial-view.ts';
import type { Measurement } from '../../model/measurement.ts';
import { formatNumber, formatPercent, formatRounded } from '../../model/numbers.ts';
import { labelHeadings, type Cell, type Table } from './table.ts';

/** The most that are shown of each row. */
const shownAtMost = 3;

function mostOf({ parts, latencyUs }: Measurement['slowest'][number]): string {
  const largest = largestPart(parts);
  return largest && latencyUs > 0 ? `${largest.name} ${formatPercent(largest.us / latencyUs)}` : '-';
}

function slowestOf(row: Row): Measurement['slowest'] {
  const slowest = row.trials.at(-1)?.measurement.slowest ?? [];
  return slowest.slice(0, shownAtMost);
}

/** The slowest right answers of each row, by its last round: which requests they were, when, and what took so long. */
export function slowestTable(rows: readonly Row[]): Table {
  const [variant, replicas] = labelHeadings;
  return {
    title: 'the slowest requests',
    headings: [variant, 'request', 'mostly', replicas, 'at s', 'ms'],
    labels: 3,
    rows: rows.flatMap((row) =>
      slowestOf(row).map((slow): readonly Cell[] => [
        { text: row.variant },
        { text: slow.request },
        { text: mostOf(slow) },
        { text: String(row.replicas) },
        { text: formatRounded(slow.atMs / 1000, 1) },
        { text: formatNumber(slow.latencyUs / 1000) },
      ]),
    ),
  };
}
