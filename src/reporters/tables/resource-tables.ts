import type { Row } from '../../analysis/summary.ts';
import { formatBytes, formatNumber, formatRounded, formatValue } from '../../model/numbers.ts';
import type { ServiceResources } from '../../model/telemetry.ts';
import { labelCells, labelHeadings, type Cell, type Table } from './table.ts';

/** What each service of a row used, by its last round. */
function resourcesOf(row: Row): readonly ServiceResources[] {
  return row.trials.at(-1)?.resources ?? [];
}

/** A number in words, where it is known. */
function known(value: number | undefined, write: (value: number) => string): Cell {
  return { text: value === undefined ? '-' : write(value) };
}

/** What an answer cost of a copy, by the last round of a row. */
function costCell(row: Row, copy: string): Cell {
  const costs = row.trials.at(-1)?.byService?.find((candidate) => candidate.service === copy);
  return known(costs?.metrics.cpu_per_request, formatNumber);
}

/** One line a row and copy: cores used, CPU for each answer, share of the time at the CPU limit, memory at its peak and at the end. */
export function resourceTable(rows: readonly Row[]): Table {
  const cells = rows.flatMap((row) =>
    resourcesOf(row).map((resources) => [
      ...labelCells(row),
      { text: resources.copy },
      { text: formatNumber(resources.cpuRatio) },
      known(resources.cpuLimit, formatNumber),
      costCell(row, resources.copy),
      { text: formatValue(resources.throttledRatio, 'ratio') },
      { text: formatBytes(resources.memoryPeakBytes) },
      known(resources.memoryEndBytes, formatBytes),
      known(resources.memoryLimitBytes, formatBytes),
    ]),
  );
  return {
    headings: [...labelHeadings, 'service', 'CPU', 'limit', 'CPU/req ms', 'throttled', 'memory', 'at the end', 'limit'],
    labels: 1,
    rows: cells,
  };
}

/** The cores that the copies of one service used together, and their limit if they have one. */
function coresCell(copies: readonly ServiceResources[]): Cell {
  if (copies.length === 0) return { text: '-' };
  const total = (of: (copy: ServiceResources) => number): number => copies.reduce((sum, one) => sum + of(one), 0);
  const used = formatRounded(
    total(({ cpuRatio }) => cpuRatio),
    2,
  );
  if (copies.some(({ cpuLimit }) => cpuLimit === undefined)) return { text: used };
  const limit = formatRounded(
    total(({ cpuLimit }) => cpuLimit ?? 0),
    2,
  );
  return { text: `${used} of ${limit}` };
}

/** The same in one line a row, where services have limits: without them, it is in {@link resourceTable} for who looks for it. */
export function coresTable(rows: readonly Row[]): Table {
  const all = rows.flatMap(resourcesOf);
  const services = [...new Set(all.map(({ service }) => service))];
  const isLimited = all.some(({ cpuLimit }) => cpuLimit !== undefined);
  return {
    title: 'CPU used, in cores',
    headings: [...labelHeadings, ...services],
    labels: 1,
    rows: (isLimited ? rows : []).map((row) => [
      ...labelCells(row),
      ...services.map((name) => coresCell(resourcesOf(row).filter(({ service }) => service === name))),
    ]),
  };
}
