import { Chalk, type ChalkInstance } from 'chalk';
import CliTable from 'cli-table3';
import { stripVTControlCharacters } from 'node:util';
import type { RunRecord, Verdict } from '../result.ts';
import { layoutOf, type Section } from './layout.ts';
import type { Screen } from './reporter.ts';
import type { Cell, Table } from './tables.ts';

const indent = '  ';

/** Breaks text at spaces so that each line fits; a word that is longer than a line stays whole. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A name in a column of its own, and text beside it that wraps under itself. */
function labelled(
  name: string,
  text: string,
  labelWidth: number,
  columns: number,
  paint: (name: string) => string,
): string {
  const left = indent.length + labelWidth + 1;
  const [first = '', ...rest] = wrap(text, Math.max(20, columns - left));
  return [`${indent}${paint(name.padEnd(labelWidth))} ${first}`, ...rest.map((line) => ' '.repeat(left) + line)].join(
    '\n',
  );
}

function paintCell({ text, mark }: Cell, chalk: ChalkInstance): string {
  if (mark === 'best') return chalk.green.bold(text);
  return mark === 'doubtful' ? chalk.yellow(text) : text;
}

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((edge) => [edge, `${edge}-mid`, `${edge}-left`, `${edge}-right`])
    .concat('left-mid', 'mid-mid', 'right-mid', 'middle')
    .map((edge) => [edge, '']),
);

interface Shape {
  /** Between two columns. */
  readonly gap: number;
  /** The width of the first column, whose text is then broken; as wide as its text where it is left out. */
  readonly first?: number;
}

function drawTable({ headings, labels, rows }: Table, chalk: ChalkInstance, { gap, first }: Shape): string {
  const table = new CliTable({
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    head: headings.map((heading) => chalk.dim(heading)),
    colAligns: headings.map((_, column) => (column < labels ? 'left' : 'right')),
    ...(first === undefined ? {} : { colWidths: [first + gap], wordWrap: true, wrapOnWordBoundary: false }),
  });
  for (const row of rows) table.push(row.map((cell) => paintCell(cell, chalk)));
  return table
    .toString()
    .split('\n')
    .map((line) => (indent + line).trimEnd())
    .join('\n');
}

function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
}

/** Draws a table as roomy as the screen allows: first the gaps become narrow, then the first column. */
function fitTable(table: Table, columns: number, chalk: ChalkInstance): string {
  const roomy = drawTable(table, chalk, { gap: 2 });
  if (widthOf(roomy) <= columns) return roomy;
  const narrow = drawTable(table, chalk, { gap: 1 });
  const excess = widthOf(narrow) - columns;
  if (excess <= 0) return narrow;
  const longest = Math.max(...table.rows.map(([label]) => label?.text.length ?? 0));
  return drawTable(table, chalk, { gap: 1, first: Math.max(8, longest - excess) });
}

/** Both tables as one where that fits, else one below the other. */
function drawTables(timings: Table, evidence: Table, columns: number, chalk: ChalkInstance): string {
  if (evidence.rows.length === 0) return fitTable(timings, columns, chalk);
  const labelCount = 2;
  const joined = drawTable(
    {
      headings: [...timings.headings, ...evidence.headings.slice(labelCount)],
      labels: timings.labels,
      rows: timings.rows.map((row, index) => [...row, ...(evidence.rows[index]?.slice(labelCount) ?? [])]),
    },
    chalk,
    { gap: 2 },
  );
  if (widthOf(joined) <= columns) return joined;
  return `${fitTable(timings, columns, chalk)}\n\n${fitTable(evidence, columns, chalk)}`;
}

function drawVerdict({ outcome, expectation, reason }: Verdict, columns: number, chalk: ChalkInstance): string {
  const paints = { passed: chalk.green, failed: chalk.red, inconclusive: chalk.yellow };
  const symbols = { passed: '✓', failed: '✗', inconclusive: '?' };
  return labelled(`${symbols[outcome]} ${outcome}`, `${expectation}: ${reason}`, 14, columns, paints[outcome]);
}

function drawSection(section: Section, columns: number, chalk: ChalkInstance): string {
  const facts =
    section.prediction === undefined ? section.facts : [['predicted', section.prediction] as const, ...section.facts];
  const parts = [
    [chalk.bold(section.title), ...wrap(section.question, columns - indent.length).map((line) => indent + line)].join(
      '\n',
    ),
    facts.map(([name, text]) => labelled(name, text, 9, columns, chalk.dim)).join('\n'),
    drawTables(section.timings, section.evidence, columns, chalk),
    section.resources.rows.length === 0 ? '' : fitTable(section.resources, columns, chalk),
    section.notes.map((note) => labelled('!', note, 1, columns, chalk.yellow)).join('\n'),
    section.verdicts.map((verdict) => drawVerdict(verdict, columns, chalk)).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** What a person reads at the end of a run. */
export function terminalReport(record: RunRecord, { columns, color }: Screen): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { title, facts, warning, sections, conclusion } = layoutOf(record);
  const parts = [
    [chalk.bold(title), ...facts.map(([name, text]) => labelled(name, text, 9, columns, chalk.dim))].join('\n'),
    ...(warning === undefined
      ? []
      : [
          wrap(warning, columns)
            .map((line) => chalk.yellow(line))
            .join('\n'),
        ]),
    ...sections.map((section) => drawSection(section, columns, chalk)),
    chalk.bold(conclusion),
  ];
  return `${parts.join('\n\n')}\n`;
}
