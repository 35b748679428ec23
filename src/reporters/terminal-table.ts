import type { ChalkInstance } from 'chalk';
import CliTable from 'cli-table3';
import { stripVTControlCharacters } from 'node:util';
import type { Cell, Table } from './tables/table.ts';

/** How far everything below a heading is moved in. */
export const indent = '  ';

/** Text as it is painted, line by line: no sequence goes on over the end of a line. */
type Paint = (line: string) => string;

function paintOf({ mark }: Cell, chalk: ChalkInstance): Paint {
  if (mark === 'best') return chalk.green.bold;
  if (mark === 'largest') return chalk.bold;
  return mark === 'doubtful' ? chalk.yellow : (line) => line;
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

function drawRows({ headings, labels, rows }: Table, chalk: ChalkInstance, { gap, first }: Shape): string {
  const draw = (text: string, column: number, paint: Paint): string =>
    (column === 0 && first !== undefined ? pieces(text, first) : [text]).map((line) => paint(line)).join('\n');
  const table = new CliTable({
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    head: headings.map((heading, column) => draw(heading, column, chalk.dim)),
    colAligns: headings.map((_, column) => (column < labels ? 'left' : 'right')),
  });
  for (const row of rows) table.push(row.map((cell, column) => draw(cell.text, column, paintOf(cell, chalk))));
  return table
    .toString()
    .split('\n')
    .map((line) => (indent + line).trimEnd())
    .join('\n');
}

/** Text in lines of so many characters. */
function pieces(text: string, width: number): readonly string[] {
  const characters = Array.from(text);
  const count = Math.max(1, Math.ceil(characters.length / width));
  return Array.from({ length: count }, (_, index) => characters.slice(index * width, (index + 1) * width).join(''));
}

function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
}

/** The columns that say which row it is: a table that is divided repeats them. */
const labelCount = 2;

/** No name is told from another by fewer characters a line. */
const leastNameWidth = 8;

/** Draws a table as roomy as the screen allows: first gaps become narrow, then the first column, then it is divided in two. */
function fitRows(table: Table, columns: number, chalk: ChalkInstance): string {
  const roomy = drawRows(table, chalk, { gap: 2 });
  if (widthOf(roomy) <= columns) return roomy;
  const narrow = drawRows(table, chalk, { gap: 1 });
  const excess = widthOf(narrow) - columns;
  if (excess <= 0) return narrow;
  const longest = Math.max(...table.rows.map(([label]) => label?.text.length ?? 0));
  const first = longest - excess;
  const count = table.headings.length;
  if (first >= leastNameWidth || count < labelCount + 2)
    return drawRows(table, chalk, { gap: 1, first: Math.max(leastNameWidth, first) });
  const middle = Math.ceil((count + labelCount) / 2);
  const halves = [columnsOf(table, labelCount, middle), columnsOf(table, middle, count)];
  return halves.map((half) => fitRows(half, columns, chalk)).join('\n\n');
}

/** The labels of a table, and some of its other columns. */
function columnsOf({ headings, labels, rows }: Table, from: number, to: number): Table {
  const pick = <Item>(items: readonly Item[]): readonly Item[] => [
    ...items.slice(0, labelCount),
    ...items.slice(from, to),
  ];
  return { headings: pick(headings), labels, rows: rows.map(pick) };
}

/** Draws a table under its title, so that it fits; nothing where it has no rows. */
export function drawTable(table: Table, columns: number, chalk: ChalkInstance): string {
  if (table.rows.length === 0) return '';
  const title = table.title === undefined ? '' : `${indent}${table.title}\n`;
  return title + fitRows(table, columns, chalk);
}

/** Both tables as one where that fits, else one below the other. */
export function drawTables(timings: Table, evidence: Table, columns: number, chalk: ChalkInstance): string {
  if (evidence.rows.length === 0) return drawTable(timings, columns, chalk);
  const joined = drawRows(
    {
      headings: [...timings.headings, ...evidence.headings.slice(labelCount)],
      labels: timings.labels,
      rows: timings.rows.map((row, index) => [...row, ...(evidence.rows[index]?.slice(labelCount) ?? [])]),
    },
    chalk,
    { gap: 2 },
  );
  if (widthOf(joined) <= columns) return joined;
  return `${drawTable(timings, columns, chalk)}\n\n${drawTable(evidence, columns, chalk)}`;
}
