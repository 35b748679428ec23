import { findMetric } from '../../metrics/catalogue.ts';
import type { MetricUnit } from '../../model/numbers.ts';
import { formatNumber, formatRounded, formatValue, plural } from '../../model/numbers.ts';
import type { ComparedMetric, Comparison } from '../../record/run-record.ts';
import { heading } from './metric-cells.ts';
import type { Cell, Table } from './table.ts';

function ratio(value: number): string {
  return value < 10 ? value.toFixed(2) : formatNumber(value);
}

function difference(value: number, unit: MetricUnit): string {
  const sign = value > 0 ? '+' : '';
  return unit === 'ratio' ? `${sign}${formatRounded(value * 100, 2)} pp` : sign + formatValue(value, unit);
}

/** `1.20 (1.18 to 1.24)`, of a ratio; `+0.3 pp`, percentage points, of a difference of shares. */
function estimateText({ estimate, low, high, scale }: ComparedMetric, unit: MetricUnit): string {
  if (estimate === undefined) return '-';
  const text = (value: number): string => (scale === 'ratio' ? ratio(value) : difference(value, unit));
  if (low === undefined || high === undefined) return `~${text(estimate)}`;
  return low === high ? text(estimate) : `${text(estimate)} (${text(low)} to ${text(high)})`;
}

/** As its column is called, and the request where it is of one. */
function nameOf({ metric: name, request }: ComparedMetric): string {
  const metric = findMetric(name);
  const title = metric === undefined ? name : heading(metric);
  return request === undefined ? title : `${title} of ${request}`;
}

function row(compared: ComparedMetric): readonly Cell[] {
  const metric = findMetric(compared.metric);
  const unit = metric?.unit ?? 'count';
  const value = (number: number | undefined): string => (number === undefined ? '-' : formatValue(number, unit));
  return [
    { text: nameOf(compared) },
    { text: value(compared.a) },
    { text: value(compared.b) },
    { text: estimateText(compared, unit) },
  ];
}

/** How many rounds it rests on, and how they were taken. */
function titleOf({ a, b, paired, rounds, replicas, looks }: Comparison, isConfirming: boolean): string {
  const sides = a.variant === b.variant ? `${a.variant}: ${b.name} against ${a.name}` : `${b.name} against ${a.name}`;
  const fresh = isConfirming ? 'fresh ' : '';
  const counts =
    rounds.a === rounds.b ? plural(rounds.a, `${fresh}round`) : `${rounds.a} and ${plural(rounds.b, 'round')}`;
  const way = paired ? 'side by side' : 'apart';
  const paid = looks > 1 ? `, ${looks} looks paid for` : '';
  return `${sides}, ${plural(replicas, 'replica')}, ${counts} ${way}, 95% intervals${paid}`;
}

/** What B is to A, a line a metric: a ratio, or with its sign a difference; `isConfirming` where its rounds confirm others. */
function comparisonTable(comparison: Comparison, isConfirming: boolean): Table {
  return {
    title: titleOf(comparison, isConfirming),
    headings: ['metric', 'A', 'B', 'B to A'],
    labels: 1,
    rows: comparison.metrics.filter(isMeasured).map(row),
  };
}

/**
 * The outcomes in words, a line a metric; what was not measured, and rounds that were left out, a line a reason. Of single
 * requests only differences are told: there may be many, and the table has them all.
 */
function comparisonLines({ metrics }: Comparison): readonly string[] {
  const ofAll = metrics.filter(({ request }) => request === undefined);
  const isTold = ({ request, outcome }: ComparedMetric): boolean =>
    request === undefined || outcome === 'b-higher' || outcome === 'b-lower';
  return [
    ...metrics
      .filter(isMeasured)
      .filter(isTold)
      .map((compared) => `${claimed(compared)}: ${compared.text}`),
    ...byReason(ofAll, ({ leftOut }) => leftOut),
    ...byReason(
      ofAll.filter((compared) => !isMeasured(compared)),
      ({ text }) => `not measured: ${text}`,
    ),
  ];
}

/** As claims name it. */
function claimed({ metric, request }: ComparedMetric): string {
  return request === undefined ? metric : `${metric} of ${request}`;
}

/** `p50, p95: the reason`: metrics mostly have it in common. */
function byReason(
  metrics: readonly ComparedMetric[],
  reasonOf: (compared: ComparedMetric) => string | undefined,
): readonly string[] {
  const names = new Map<string, readonly string[]>();
  for (const compared of metrics) {
    const reason = reasonOf(compared);
    if (reason !== undefined) names.set(reason, [...(names.get(reason) ?? []), claimed(compared)]);
  }
  return [...names].map(([reason, of]) => `${of.join(', ')}: ${reason}`);
}

/** A comparison as a report has it. */
export interface DrawnComparison {
  readonly table: Table;
  readonly lines: readonly string[];
}

/** Draws comparisons; of several with the same sides, those after the first confirm it. */
export function drawComparisons(comparisons: readonly Comparison[]): readonly DrawnComparison[] {
  const sidesOf = ({ scenario, replicas, a, b }: Comparison): string => JSON.stringify([scenario, replicas, a, b]);
  return comparisons.map((comparison, index) => {
    const isConfirming = comparisons.slice(0, index).some((earlier) => sidesOf(earlier) === sidesOf(comparison));
    return { table: comparisonTable(comparison, isConfirming), lines: comparisonLines(comparison) };
  });
}

function isMeasured({ outcome }: ComparedMetric): boolean {
  return outcome !== 'not-measured';
}
