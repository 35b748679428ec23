import type { RunRecord, Verdict } from '../record/run-record.ts';
import { conclusionText } from './layout.ts';
import { failuresOf } from './lines/failures.ts';
import { statusText } from './lines/status-text.ts';
import { codeCell, escape, failureBlock, list, markdownReport, strong, symbols, table } from './markdown.ts';
import { drawComparisons } from './tables/comparison-table.ts';

/** A bot finds its comment by this line, and updates it. */
const marker = '<!-- scale-lab -->';

/** GitHub takes no longer comments; the rest is for what surrounds the details. */
const mostCharacters = 65_536;
const room = 2_000;

function verdictLine({ scenario, expectation, outcome, reason }: Verdict): string {
  return `| ${symbols[outcome]} ${outcome} | ${escape(scenario)} | ${codeCell(expectation)} | ${escape(reason)} |`;
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const order = { failed: 0, inconclusive: 1, passed: 2 } as const;
  const sorted = [...verdicts].sort((one, other) => order[one.outcome] - order[other.outcome]);
  if (sorted.length === 0) return '';
  return ['| | scenario | claim | why |', '| --- | --- | --- | --- |', ...sorted.map(verdictLine)].join('\n');
}

/** Cut at the end of a line; a block of code that was cut is ended. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, Math.max(0, text.lastIndexOf('\n', most)));
  const fence = openFence(kept);
  return `${kept}${fence === undefined ? '' : `\n${fence}`}\n\nThe rest is in the report of the run.`;
}

/** The fence of a block of code that is not ended. */
function openFence(text: string): string | undefined {
  let open: string | undefined;
  for (const [fence] of text.matchAll(/^`{3,}(?=(?:text)?$)/gm)) {
    if (open === undefined) open = fence;
    else if (open === fence) open = undefined;
  }
  return open;
}

/** Markdown for a pull request: the conclusion, the verdicts, the comparisons, and all else folded away. */
export function commentReport(record: RunRecord): string {
  const status = statusText(record);
  const head = [
    marker,
    `### scale-lab: ${escape(conclusionText(record))}`,
    ...(status === undefined ? [] : [strong(status)]),
    ...failuresOf(record).map(failureBlock),
    verdictTable(record.verdicts),
    ...drawComparisons(record.comparisons ?? []).flatMap((drawn) => [table(drawn.table), list(drawn.lines)]),
    list((record.comparisons ?? []).flatMap(({ caveats }) => caveats)),
  ].filter((part) => part !== '');
  const top = shortened(head.join('\n\n'), mostCharacters / 2);
  const details = shortened(markdownReport(record), mostCharacters - top.length - room);
  return `${top}\n\n<details><summary>All numbers</summary>\n\n${details}\n\n</details>\n`;
}
