import type { Row } from '../../analysis/summary.ts';
import { isWhole, shares, total } from '../../metrics/counters.ts';
import { formatBytes, formatNumber, formatPercent } from '../../model/numbers.ts';
import type { BesideTelemetry, ServiceResources } from '../../model/telemetry.ts';
import { labelCells, labelHeadings, type Cell, type Table } from './table.ts';

/** What is known of a service beside what is tested, by the last round of a row. */
interface Service {
  readonly name: string;
  /** Undefined where it tells no counters. */
  readonly told: BesideTelemetry | undefined;
  /** What each of its copies used; none where the platform cannot tell. */
  readonly used: readonly ServiceResources[];
  /** Of all of its copies; by metric. */
  readonly metrics: Readonly<Record<string, number>>;
}

function servicesOf({ trials }: Row): readonly Service[] {
  const { telemetry, resources = [], byService = [] } = trials.at(-1) ?? {};
  const beside = telemetry?.beside ?? [];
  const used = resources.filter(({ role }) => role === 'aside');
  const names = new Set([...beside, ...used].map(({ service }) => service));
  return [...names].map((name) => ({
    name,
    told: beside.find(({ service }) => service === name),
    used: used.filter(({ service }) => service === name),
    metrics: byService.find(({ service }) => service === name)?.metrics ?? {},
  }));
}

/** `mailer ×2` */
function nameOf({ name, told, used }: Service): string {
  const asked = told === undefined ? 0 : told.copies.length + told.lost.length + told.silent.length;
  const copies = Math.max(asked, used.length);
  return copies > 1 ? `${name} ×${copies}` : name;
}

/** A number of what copies counted; marked where it is not all that they did. */
function counted(told: BesideTelemetry | undefined, text: string | undefined): Cell {
  if (told === undefined || text === undefined) return { text: '-' };
  return isWhole(told) ? { text } : { text: `~${text}`, mark: 'doubtful' };
}

/** The share of the requests that went to a copy, from the smallest to the largest; nothing of one alone. */
function shareText({ copies }: BesideTelemetry): string | undefined {
  const all = shares(copies);
  if (all.length < 2) return undefined;
  const [least, most] = [Math.min(...all), Math.max(...all)].map((share) => formatPercent(share));
  return least === most ? least : `${least ?? ''} to ${most ?? ''}`;
}

function usedCell(
  used: readonly ServiceResources[],
  of: (copy: ServiceResources) => number,
  write: (value: number) => string,
): Cell {
  return { text: used.length === 0 ? '-' : write(used.reduce((sum, copy) => sum + of(copy), 0)) };
}

function cellsOf({ told, used, metrics }: Service): readonly Cell[] {
  const requests = told && total({ replicas: told.copies }, 'http_requests_total');
  const calls = metrics.calls_per_request;
  return [
    counted(told, requests === undefined ? undefined : formatNumber(requests)),
    { text: calls === undefined ? '-' : formatNumber(calls) },
    counted(told, told && shareText(told)),
    usedCell(used, ({ cpuRatio }) => cpuRatio, formatNumber),
    usedCell(used, ({ memoryPeakBytes }) => memoryPeakBytes, formatBytes),
  ];
}

/**
 * What the services beside what is tested were asked and used, by service, of the last round: their requests, how many that are for each
 * request that what is tested answered, how they were dealt out over several copies, and the cores and memory of all copies. No rows
 * where there are none.
 */
export function besideTable(rows: readonly Row[]): Table {
  const known = rows.map((row) => ({ row, services: servicesOf(row) }));
  const names = [...new Set(known.flatMap(({ services }) => services.map(({ name }) => name)))];
  return {
    title: 'services beside what is tested',
    headings: ['service', ...labelHeadings, 'requests', 'calls/req', 'share a copy', 'CPU', 'memory'],
    labels: 2,
    rows: names.flatMap((name) =>
      known.flatMap(({ row, services }) =>
        services
          .filter((service) => service.name === name)
          .map((service) => [{ text: nameOf(service) }, ...labelCells(row), ...cellsOf(service)]),
      ),
    ),
  };
}
