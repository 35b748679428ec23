import { warmupOver } from '../../analysis/annotations.ts';
import type { Row } from '../../analysis/summary.ts';
import { formatNumber, formatRounded, plural } from '../../model/numbers.ts';
import type { Caveat, ScenarioRecord, TrialRecord } from '../../record/run-record.ts';
import { failedOf } from '../tables/metric-cells.ts';
import { nameOf, type Cell, type Table } from '../tables/table.ts';
import { causeLines } from './cause-lines.ts';

/** Something that is said of a row. */
interface Remark {
  readonly row: Row;
  readonly text: string;
}

/** One sentence for all rows of which the same is said: `none ×1, lock ×1: …`. */
export function spoken(remarks: readonly Remark[]): readonly string[] {
  const names = new Map<string, Set<string>>();
  for (const { row, text } of remarks) names.set(text, (names.get(text) ?? new Set()).add(nameOf(row)));
  return [...names].map(([text, rows]) => `${[...rows].join(', ')}: ${text}`);
}

function lastOf({ trials }: Row): TrialRecord | undefined {
  return trials.at(-1);
}

/** What happened in the measured time of each row's last round, besides that it began. */
export function eventLines(rows: readonly Row[]): readonly string[] {
  return spoken(
    rows.flatMap((row) => {
      const events = (lastOf(row)?.annotations ?? []).filter(({ text }) => text !== warmupOver);
      const text = events.map((event) => `at ${formatRounded(event.second, 1)} s ${event.text}`).join('; ');
      return events.length === 0 ? [] : [{ row, text }];
    }),
  );
}

/** The kinds behind an errors cell, and whose they are where there are several requests: `1,200 status-5xx of POST /pay, 34 reset of GET /`. */
function errorKinds(row: Row): string {
  const kinds = new Map<string, number>();
  for (const { measurement } of row.trials) {
    for (const [kind, count] of Object.entries(measurement.errors)) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  const sorted = [...kinds].filter(([, count]) => count > 0).sort((one, other) => other[1] - one[1]);
  return sorted.map(([kind, count]) => `${formatNumber(count)} ${kind}${ofRequests(row, kind)}`).join(', ');
}

function ofRequests(row: Row, kind: string): string {
  const results = row.trials.flatMap(({ measurement }) => measurement.byRequest);
  if (new Set(results.map(({ request }) => request)).size < 2) return '';
  const failed = results.filter(({ errors }) => Object.entries(errors).some(([of, count]) => of === kind && count > 0));
  const names = [...new Set(failed.map(({ request }) => request))];
  return names.length === 0 ? '' : ` of ${names.join(' and ')}`;
}

/** Whether a caveat is more than its mark in the tables: what is wrong beyond p99 alone is not, nor what a finding says. */
function isTold({ kind, doubts }: Caveat, row: Row): boolean {
  if (kind === 'too-few-samples' || kind === 'generator-paused')
    return ['p99', 'rps'].some((name) => doubts.includes(name));
  return kind !== 'throttled' || !lastOf(row)?.findings.some((finding) => finding.kind === 'throttled');
}

/** What is said of each round with other numbers is said once, as of the last of them. */
function caveatTexts(row: Row): readonly string[] {
  const kinds = new Map<string, { readonly texts: Set<string>; rounds: number }>();
  for (const { caveats } of row.trials) {
    for (const caveat of caveats.filter((candidate) => isTold(candidate, row))) {
      const key = `${caveat.kind} ${caveat.text.replaceAll(/[\d.,]+/g, '#')}`;
      const known = kinds.get(key) ?? { texts: new Set(), rounds: 0 };
      kinds.set(key, { texts: known.texts.add(caveat.text), rounds: known.rounds + 1 });
    }
  }
  return [...kinds.values()].map(({ texts, rounds }) => {
    const last = [...texts].at(-1) ?? '';
    return texts.size === 1 ? last : `${last} (likewise in ${rounds} of ${row.trials.length} rounds)`;
  });
}

/** The reasons to read the tables with care. */
export function noteLines(scenario: ScenarioRecord, rows: readonly Row[], tables: readonly Table[]): readonly string[] {
  const errors = rows.filter((row) => failedOf(row) > 0).map((row) => ({ row, text: `errors: ${errorKinds(row)}` }));
  const causes = rows.flatMap((row) => causeLines(row.trials).map((text) => ({ row, text })));
  const caveats = rows.flatMap((row) => caveatTexts(row).map((text) => ({ row, text })));
  const isTilde = ({ text, mark }: Cell): boolean => mark === 'doubtful' && text.startsWith('~');
  const doubtful = tables.some((table) => table.rows.some((cells) => cells.some(isTilde)));
  const { length: leftOut } = scenario.leftOut;
  return [
    ...spoken([...errors, ...causes, ...caveats]),
    ...(doubtful ? ['~ marks what too few answers, or a caveat, speak against'] : []),
    ...(scenario.lacking ?? []),
    ...(leftOut === 0 ? [] : [`${plural(leftOut, 'claim')} not judged: not all that they compare was run`]),
  ];
}
