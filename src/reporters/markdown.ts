import type { RunRecord, Verdict } from '../record/run-record.ts';
import { layoutOf, type Section } from './layout.ts';
import type { ToldFailure } from './lines/failures.ts';
import type { Cell, Table } from './tables/table.ts';

// What Markdown would take as its own: the bar ends a table's cell, the dollar begins a formula, the ampersand a character's name.
const special = /[\\`*_{}[\]<>#|~$]|&(?=[#\w])/g;

/** What GitHub would take for somebody to be told of it, or for an issue to be linked with it. A space of no width keeps it from that. */
const reference = /(?<!\w)@(?=[a-z\d])|\\#(?=\d)|\bGH-(?=\d)/gi;
const apart = '&#8203;';

/** What would make a list, a rule or a heading of what begins with it. */
const block = /^(\s*\d*)([-+=.)])(?=[-+=]*(?:\s|$))/;

/** Text within a line, as Markdown shows it. */
export function escape(text: string): string {
  return text.replace(special, String.raw`\$&`).replace(reference, `$&${apart}`);
}

/** Text with which a paragraph, or an item of a list, begins. */
export function paragraph(text: string): string {
  return escape(text.trim()).replace(block, String.raw`$1\$2`);
}

/** Text that stands out. */
export function strong(text: string): string {
  return `**${escape(text.trim())}**`;
}

/** Code in backticks, fenced by more of them than it holds; nothing where it is empty. */
export function code(text: string): string {
  if (text === '') return '';
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

/** Code within a table. A bar ends the cell there, in backticks as well. */
export function codeCell(text: string): string {
  return text.includes('|') ? `<code>${escape(text)}</code>` : code(text);
}

function tableCell({ text, mark }: Cell): string {
  return mark === 'best' || mark === 'largest' ? strong(text) : escape(text);
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
    ...(text === undefined ? [] : [paragraph(text)]),
    ...(log.length === 0 ? [] : [[`${fence}text`, ...log, fence].join('\n')]),
    ...(hint === undefined ? [] : [paragraph(hint)]),
    ...(place === undefined ? [] : [paragraph(place)]),
  ].join('\n\n');
}

/** How an outcome is marked. */
export const symbols = { passed: '✅', failed: '❌', inconclusive: '❔' } as const;

/** Lines as a list. */
export function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${paragraph(line)}`).join('\n');
}

/** A claim with what came of it, and the numbers behind that, as an item of a list. */
export function verdictLine({ outcome, expectation, reason }: Verdict): string {
  return `- ${symbols[outcome]} ${outcome}: ${code(expectation)}: ${escape(reason)}`;
}

/** Each with its command in a line of its own, to be copied. */
function findingList(lines: Section['findings']): string {
  return lines
    .map(({ text, command }) => `- ${paragraph(text)}${command === undefined ? '' : `\n\n      ${command}\n`}`)
    .join('\n');
}

function section(content: Section): string {
  const { title, question, prediction, facts, notes, verdicts } = content;
  return [
    `## ${escape(title)}`,
    paragraph(question),
    content.answer === '' ? '' : strong(content.answer),
    prediction === undefined ? '' : `*Predicted:* ${escape(prediction)}`,
    list(facts.map(([name, text]) => `${name}: ${text}`)),
    table(content.timings),
    table(content.evidence),
    table(content.requests),
    list(content.statuses.map((line) => `answers of ${line}`)),
    list(content.events),
    table(content.anatomy),
    table(content.beside),
    table(content.resources),
    table(content.searches),
    list(content.searchLines),
    ...content.scaling.map(table),
    list(content.scalingLines),
    findingList(content.findings),
    notes.map((note) => `> ${paragraph(note)}`).join('\n>\n'),
    ...content.comparisons.flatMap((comparison) => [table(comparison.table), list(comparison.lines)]),
    content.comparisonNotes.map((note) => `> ${paragraph(note)}`).join('\n>\n'),
    verdicts.map(verdictLine).join('\n'),
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
    ...(warning === undefined ? [] : [strong(warning)]),
    ...failures.map(failureBlock),
    facts.map(([name, text]) => `- ${name}: ${name === 'again' ? code(text) : escape(text)}`).join('\n'),
    ...sections.map(section),
    strong(conclusion),
  ];
  return `${parts.join('\n\n')}\n`;
}
