import { findMetric } from '../metrics/catalogue.ts';
import type { Metric } from '../metrics/metric.ts';
import { formatNumber, formatQuantity, plural } from '../model/numbers.ts';
import type { RunRecord, Scaling, ScenarioRecord, Verdict } from '../record/run-record.ts';
import { costText, kneeText, scaleOutText } from './answer-kinds.ts';
import { isAhead, medianOf, named, pairsOf, rivalsIn } from './lead.ts';
import { rowsOf, type Row } from './summary.ts';

/** The rows that lead in a metric, and one that all of them are ahead of. */
interface Lead {
  readonly metric: Metric;
  /** The best first; none of the others is known to be behind it. */
  readonly rows: readonly Row[];
  /** The first row of the file, where it is behind; otherwise the best of those that are. */
  readonly than: Row;
  readonly isOneRound: boolean;
}

/** The metrics that people ask for first, the first one being what architectures are compared by: a rate that was searched for; of open load its latency; else RPS. */
export function headlineMetrics(rows: readonly Row[]): readonly Metric[] {
  const isOpen = rows.some(({ trials }) => trials.some(({ measurement }) => measurement.open));
  const names = rows.some(({ values }) => values.max_rps) ? ['max_rps'] : isOpen ? ['p99', 'rps'] : ['rps', 'p99'];
  return names.flatMap((name) => findMetric(name) ?? []);
}

/** Which rows lead; undefined where fewer than two can be compared, or none is behind another. */
function leadOf(rows: readonly Row[]): Lead | undefined {
  const [metric] = headlineMetrics(rows);
  if (metric === undefined) return undefined;
  const rivals = rivalsIn(rows, metric);
  const [best] = rivals;
  if (!best) return undefined;
  const leaders = rivals.filter((rival) => rival === best || !isAhead(best, rival, metric));
  const isBehind = (row: Row): boolean => leaders.every((leader) => isAhead(leader, row, metric));
  const [first] = rows.filter((row) => rivals.includes(row));
  const than = first && isBehind(first) ? first : rivals.find(isBehind);
  return than && { metric, rows: leaders, than, isOneRound: pairsOf(best, than, metric).length === 1 };
}

/** "cache-aside leads with 9,089 RPS, 12.6 times no-cache.", "lock and xfetch lead with 2,100 to 2,300 RPS, …". */
function leadText({ metric, rows: leaders, than, isOneRound }: Lead, rows: readonly Row[]): string {
  const values = leaders.map((row) => medianOf(row, metric));
  const limit = medianOf(than, metric);
  const times = values.map((value) => (metric.better === 'higher' ? value / limit : limit / value));
  const amount =
    metric.unit === 'per-second'
      ? `${range(values, formatNumber)} ${metric.title}`
      : `a ${metric.title} of ${range(values, (value) => formatQuantity(value, metric.unit))}`;
  const ratio = times.every(Number.isFinite)
    ? `, ${range(times, formatNumber)} times${metric.better === 'higher' ? '' : ' as fast as'} ${named(than, rows)}`
    : `, ahead of ${named(than, rows)}`;
  const names = leaders.map((row) => named(row, rows));
  const doubt = isOneRound ? ' (one round: run more to be sure)' : '';
  return `${listed(names)} ${names.length === 1 ? 'leads' : 'lead'} with ${amount}${ratio}${doubt}.`;
}

/** "2,100 to 2,300"; one number where they read alike. */
function range(values: readonly number[], write: (value: number) => string): string {
  const [from, to] = [write(Math.min(...values)), write(Math.max(...values))];
  return from === to ? to : `${from} to ${to}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${String(names.at(-1))}`;
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
export function answerOf(rows: readonly Row[], verdicts: readonly Verdict[], scaling: readonly Scaling[] = []): string {
  const lead = leadOf(rows);
  const isSearch = rows.some(({ values }) => values.max_rps);
  const told = kneeText(rows, scaling) ?? scaleOutText(rows) ?? (isSearch ? undefined : costText(rows));
  const first = told ?? (lead && leadText(lead, rows));
  return [...(first === undefined ? [] : [first]), ...(verdicts.length > 0 ? [claimsText(verdicts)] : [])].join(' ');
}

/** The answer to the question of a scenario, from the record of its run. */
export function answerIn({ trials, verdicts, scaling = [] }: RunRecord, { name, variants }: ScenarioRecord): string {
  const ofScenario = ({ scenario }: { readonly scenario: string }): boolean => scenario === name;
  const rows = rowsOf(
    trials,
    name,
    variants.map((variant) => variant.name),
  );
  return answerOf(rows, verdicts.filter(ofScenario), scaling.filter(ofScenario));
}
