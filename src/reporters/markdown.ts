import type { RunRecord } from '../result.ts';
import type { ToldFailure } from './failures.ts';
import { layoutOf, type Section } from './layout.ts';
import type { Cell, Table } from './table.ts';

// What Markdown would take as its own, and the bar that ends a table's cell.
const special = /[\\`*_{}[\]<>#|~]/g;

/** Text as Markdown shows it. */
export function escape(text: string): string {
  return text.replace(special, (character) => `\\${character}`).replaceAll('\n', ' ');
}

/** Code in backticks, fenced by more of them than it holds. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

function tableCell({ text, mark }: Cell): string {
  return mark === 'best' || mark === 'largest' ? `**${escape(text)}**` : escape(text);
}

/** A table as GitHub's Markdown has it; nothing where it has no rows. */
export function table({ title, headings, labels, rows }: Table): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = headings.map((_, column) => (column < labels ? '---' : '---:'));
  const caption = title === undefined ? [] : [`${escape(`${title.charAt(0).toUpperCase()}${title.slice(1)}`)}:`, ''];
  return [...caption, line(headings.map(escape)), line(rule), ...rows.map((row) => line(row.map(tableCell)))].join(
    '\n',
  );
}

/** What has failed, with the end of its log as it is. */
export function failureBlock({ text, hint, log, place }: ToldFailure): string {
  const longest = Math.max(2, ...log.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [
    ...(text === undefined ? [] : [escape(text)]),
    ...(log.length === 0 ? [] : [[`${fence}text`, ...log, fence].join('\n')]),
    ...(hint === undefined ? [] : [escape(hint)]),
    ...(place === undefined ? [] : [escape(place)]),
  ].join('\n\n');
}

/** How an outcome is marked. */
export const symbols = { passed: '✅', failed: '❌', inconclusive: '❔' } as const;

/** Lines as a list. */
export function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${escape(line)}`).join('\n');
}

/** Each with its command in a line of its own, to be copied. */
function findingList(lines: Section['findings']): string {
  return lines
    .map(({ text, command }) => `- ${escape(text)}${command === undefined ? '' : `\n\n      ${command}\n`}`)
    .join('\n');
}

function section(content: Section): string {
  const { title, question, prediction, facts, notes, verdicts } = content;
  return [
    `## ${escape(title)}`,
    escape(question),
    content.answer === '' ? '' : `**${escape(content.answer)}**`,
    prediction === undefined ? '' : `*Predicted:* ${escape(prediction)}`,
    list(facts.map(([name, text]) => `${name}: ${text}`)),
    table(content.timings),
    table(content.evidence),
    table(content.requests),
    list(content.statuses.map((line) => `answers of ${line}`)),
    list(content.events),
    table(content.anatomy),
    table(content.resources),
    table(content.searches),
    list(content.searchLines),
    ...content.scaling.map(table),
    list(content.scalingLines),
    findingList(content.findings),
    notes.map((note) => `> ${escape(note)}`).join('\n>\n'),
    ...content.comparisons.flatMap((comparison) => [table(comparison.table), list(comparison.lines)]),
    content.comparisonNotes.map((note) => `> ${escape(note)}`).join('\n>\n'),
    verdicts
      .map(
        ({ outcome, expectation, reason }) =>
          `- ${symbols[outcome]} ${outcome}: ${code(expectation)}: ${escape(reason)}`,
      )
      .join('\n'),
    table(content.slowest),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A page for a pull request or a wiki. */
export function markdownReport(record: RunRecord): string {
  const { title, facts, warning, failures, sections, conclusion } = layoutOf(record);
  const parts = [
    `# ${escape(title)}`,
    ...(warning === undefined ? [] : [`**${escape(warning)}**`]),
    ...failures.map(failureBlock),
    facts.map(([name, text]) => `- ${name}: ${name === 'again' ? code(text) : escape(text)}`).join('\n'),
    ...sections.map(section),
    `**${escape(conclusion)}**`,
  ];
  return `${parts.join('\n\n')}\n`;
}
