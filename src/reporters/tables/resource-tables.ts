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

/** What an answer cost of a service, by the last round of a row. */
function costCell(row: Row, service: string): Cell {
  const costs = row.trials.at(-1)?.byService?.find((candidate) => candidate.service === service);
  return known(costs?.metrics.cpu_per_request, formatNumber);
}

/** One line a row and service: cores used, CPU for each answer, share of the time at the CPU limit, memory at its peak and at the end. */
export function resourceTable(rows: readonly Row[]): Table {
  const cells = rows.flatMap((row) =>
    resourcesOf(row).map((resources) => [
      ...labelCells(row),
      { text: resources.service },
      { text: formatNumber(resources.cpuRatio) },
      known(resources.cpuLimit, formatNumber),
      costCell(row, resources.service),
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

/**
 * What it is a copy of: of what is tested and of the load `app` for `app-2`, and for whatever a platform puts in the place of the number.
 * Records of before do not tell which are replicas.
 */
function kindOf({ service, isReplica, copyOf }: ServiceResources): string {
  if (copyOf !== undefined) return copyOf;
  return isReplica === false && !service.startsWith('load-') ? service : service.replace(/-.*$/, '');
}

/** The cores that the services of one kind used together, and their limit if they have one. */
function coresCell(services: readonly ServiceResources[]): Cell {
  if (services.length === 0) return { text: '-' };
  const total = (of: (service: ServiceResources) => number): number => services.reduce((sum, one) => sum + of(one), 0);
  const used = formatRounded(
    total(({ cpuRatio }) => cpuRatio),
    2,
  );
  if (services.some(({ cpuLimit }) => cpuLimit === undefined)) return { text: used };
  const limit = formatRounded(
    total(({ cpuLimit }) => cpuLimit ?? 0),
    2,
  );
  return { text: `${used} of ${limit}` };
}

/** The same in one line a row, where services have limits: without them, it is in {@link resourceTable} for who looks for it. */
export function coresTable(rows: readonly Row[]): Table {
  const all = rows.flatMap(resourcesOf);
  const kinds = [...new Set(all.map(kindOf))];
  const isLimited = all.some(({ cpuLimit }) => cpuLimit !== undefined);
  return {
    title: 'CPU used, in cores',
    headings: [...labelHeadings, ...kinds],
    labels: 1,
    rows: (isLimited ? rows : []).map((row) => [
      ...labelCells(row),
      ...kinds.map((kind) => coresCell(resourcesOf(row).filter((resource) => kindOf(resource) === kind))),
    ]),
  };
}
