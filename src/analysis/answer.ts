import { findMetric, type Metric } from '../metrics.ts';
import { formatNumber, formatQuantity, plural } from '../numbers.ts';
import type { Verdict } from '../result.ts';
import type { Row } from './summary.ts';

/** The best row in a metric, and how much better it is than another. */
export interface Lead {
  readonly metric: Metric;
  readonly row: Row;
  /** The first row of the file; where that is the best itself, the next best. */
  readonly than: Row;
  /** How many times as good: above 1. */
  readonly times: number;
  /** Whether the rounds of the two lie apart: with one round each, nothing is known of that. */
  readonly isClear: boolean | undefined;
}

/** The metrics that people ask for first, the first one being what architectures are compared by: a rate that was searched for; of open load its latency; else RPS. */
export function headlineMetrics(rows: readonly Row[]): readonly Metric[] {
  const isOpen = rows.some(({ trials }) => trials.some(({ measurement }) => measurement.open));
  const names = rows.some(({ values }) => values.max_rps) ? ['max_rps'] : isOpen ? ['p99', 'rps'] : ['rps', 'p99'];
  return names.flatMap((name) => findMetric(name) ?? []);
}

/** Who refuses requests quickly has not won, and neither has who is in doubt. */
function isRival(row: Row, metric: string): boolean {
  const isWhole = row.trials.every(({ measurement }) => measurement.failed === 0);
  return isWhole && !row.caveats.some(({ doubts }) => doubts.includes(metric)) && row.values[metric] !== undefined;
}

/** Which row leads; undefined where fewer than two can be compared, or none is better than another. */
export function leadOf(rows: readonly Row[]): Lead | undefined {
  const [metric] = headlineMetrics(rows);
  if (metric === undefined) return undefined;
  const medianOf = (row: Row): number => row.values[metric.name]?.median ?? NaN;
  const isHigherBetter = metric.better === 'higher';
  const [row, next] = rows
    .filter((candidate) => isRival(candidate, metric.name))
    .sort((one, other) => (isHigherBetter ? medianOf(other) - medianOf(one) : medianOf(one) - medianOf(other)));
  const first = rows.find((candidate) => isRival(candidate, metric.name));
  const than = row === first ? next : first;
  if (!row || !than) return undefined;
  const times = isHigherBetter ? medianOf(row) / medianOf(than) : medianOf(than) / medianOf(row);
  if (!(times > 1) || !Number.isFinite(times)) return undefined;
  return { metric, row, than, times, isClear: areApart(row, than, metric.name) };
}

function areApart(one: Row, other: Row, metric: string): boolean | undefined {
  const [a, b] = [one.values[metric], other.values[metric]];
  if (!a || !b || one.trials.length < 2 || other.trials.length < 2) return undefined;
  return a.min > b.max || b.min > a.max;
}

/** The name of a row in a sentence about those rows: with its replicas only where they differ. */
function named({ variant, replicas }: Row, rows: readonly Row[]): string {
  const counts = new Set(rows.map((row) => row.replicas));
  return counts.size === 1 ? variant : `${variant} with ${plural(replicas, 'replica')}`;
}

/** "cache-aside leads with 9,089 RPS, 12.6 times no-cache." */
function leadText({ metric, row, than, times, isClear }: Lead, rows: readonly Row[]): string {
  const value = row.values[metric.name]?.median ?? NaN;
  const amount =
    metric.unit === 'per-second'
      ? `${formatNumber(value)} ${metric.title}`
      : `a ${metric.title} of ${formatQuantity(value, metric.unit)}`;
  const ratio = metric.better === 'higher' ? `${formatNumber(times)} times` : `${formatNumber(times)} times as fast as`;
  const doubt = isClear === false ? ', though their rounds overlap' : '';
  return `${named(row, rows)} leads with ${amount}, ${ratio} ${named(than, rows)}${doubt}.`;
}

/** "All 3 claims hold.", "2 of 3 claims hold, 1 fails." */
function claimsText(verdicts: readonly Verdict[]): string {
  const count = (outcome: Verdict['outcome']): number =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const [held, failed, unclear] = [count('passed'), count('failed'), count('inconclusive')];
  if (held === verdicts.length) return held === 1 ? 'Its claim holds.' : `All ${held} claims hold.`;
  const rest = [
    ...(failed > 0 ? [`${failed} ${failed === 1 ? 'fails' : 'fail'}`] : []),
    ...(unclear > 0 ? [`${unclear} cannot be told`] : []),
  ];
  return `${held} of ${plural(verdicts.length, 'claim')} ${held === 1 ? 'holds' : 'hold'}, ${rest.join(', ')}.`;
}

/** The answer to a scenario's question in a sentence or two; empty where nothing was compared and nothing judged. */
export function answerOf(rows: readonly Row[], verdicts: readonly Verdict[]): string {
  const lead = leadOf(rows);
  return [...(lead ? [leadText(lead, rows)] : []), ...(verdicts.length > 0 ? [claimsText(verdicts)] : [])].join(' ');
}
