import type { RunRecord, Verdict } from '../result.ts';
import { drawComparisons } from './comparison-table.ts';
import { failuresOf } from './failures.ts';
import { conclusionText } from './layout.ts';
import { code, escape, failureBlock, list, markdownReport, symbols, table } from './markdown.ts';
import { statusText } from './status-text.ts';

/** A bot finds its comment by this line, and updates it. */
const marker = '<!-- scale-lab -->';

/** GitHub takes no longer comments; the rest is for what surrounds the details. */
const mostCharacters = 65_536;
const room = 2_000;

function verdictLine({ scenario, expectation, outcome, reason }: Verdict): string {
  return `| ${symbols[outcome]} ${outcome} | ${escape(scenario)} | ${code(expectation).replaceAll('|', '\\|')} | ${escape(reason)} |`;
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const order = { failed: 0, inconclusive: 1, passed: 2 } as const;
  const sorted = [...verdicts].sort((one, other) => order[one.outcome] - order[other.outcome]);
  if (sorted.length === 0) return '';
  return ['| | scenario | claim | why |', '| --- | --- | --- | --- |', ...sorted.map(verdictLine)].join('\n');
}

function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.lastIndexOf('\n', most);
  return `${text.slice(0, end)}\n\nThe rest is in the report of the run.`;
}

/** Markdown for a pull request: the conclusion, the verdicts, the comparisons, and all else folded away. */
export function commentReport(record: RunRecord): string {
  const status = statusText(record);
  const head = [
    marker,
    `### scale-lab: ${escape(conclusionText(record))}`,
    ...(status === undefined ? [] : [`**${escape(status)}**`]),
    ...failuresOf(record).map(failureBlock),
    verdictTable(record.verdicts),
    ...drawComparisons(record.comparisons ?? []).flatMap((drawn) => [table(drawn.table), list(drawn.lines)]),
    list((record.comparisons ?? []).flatMap(({ caveats }) => caveats)),
  ].filter((part) => part !== '');
  const top = shortened(head.join('\n\n'), mostCharacters / 2);
  const details = shortened(markdownReport(record), mostCharacters - top.length - room);
  return `${top}\n\n<details><summary>All numbers</summary>\n\n${details}\n\n</details>\n`;
}
