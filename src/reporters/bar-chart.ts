import type { ChalkInstance } from 'chalk';
import { headlineMetrics } from '../analysis/answer.ts';
import type { Row } from '../analysis/summary.ts';
import { heading, metricCell } from './tables/metric-cells.ts';
import { nameOf, type Cell } from './tables/table.ts';
import { indent } from './terminal-table.ts';

/** A value as a bar: its share of the highest of its column, and the number beside it. */
interface Bar {
  readonly share: number;
  readonly cell: Cell;
}

/** Rows with a bar for each metric; a value that is not there has none. */
export interface BarChart {
  readonly headings: readonly string[];
  readonly rows: readonly { readonly name: string; readonly bars: readonly (Bar | undefined)[] }[];
}

/** What people ask for first, as bars; undefined where there are no two rows to compare. */
export function barChart(rows: readonly Row[]): BarChart | undefined {
  if (rows.length < 2) return undefined;
  const metrics = headlineMetrics(rows);
  const highest = metrics.map(({ name }) => Math.max(...rows.map(({ values }) => values[name]?.median ?? 0)));
  return {
    headings: metrics.map(heading),
    rows: rows.map((row) => ({
      name: nameOf(row),
      bars: metrics.map((metric, index): Bar | undefined => {
        const value = row.values[metric.name]?.median;
        const most = highest[index] ?? 0;
        return value === undefined
          ? undefined
          : { share: most > 0 ? value / most : 0, cell: metricCell(row, metric, rows) };
      }),
    })),
  };
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of a share of that many columns, to an eighth of one. */
function drawBar(share: number, width: number): string {
  const length = Math.max(1, Math.round(share * width * 8));
  return '█'.repeat(length >> 3) + (eighths[length & 7] ?? '');
}

/** Narrower ones say nothing, and wider ones no more. */
const barWidth = { least: 8, most: 40 };
const gap = 2;

/** Draws the bars with their numbers; nothing where there is no room for them. */
export function drawBars({ headings, rows }: BarChart, columns: number, chalk: ChalkInstance): string {
  const names = Math.max(...rows.map(({ name }) => name.length));
  const numbers = headings.map((_, index) => Math.max(...rows.map(({ bars }) => bars[index]?.cell.text.length ?? 1)));
  const taken = indent.length + names + numbers.reduce((sum, width) => sum + width + 1 + gap, 0);
  const width = Math.min(barWidth.most, Math.floor((columns - taken) / headings.length));
  if (width < barWidth.least) return '';
  const line = (name: string, cells: readonly string[]): string =>
    `${indent}${name.padEnd(names)}${cells.map((cell) => ' '.repeat(gap) + cell).join('')}`.trimEnd();
  const head = headings.map((text, index) => text.padEnd(width + 1 + (numbers[index] ?? 0)));
  return [
    chalk.dim(line('', head)),
    ...rows.map(({ name, bars }) =>
      line(
        name,
        bars.map((bar, index) => {
          const number = (bar?.cell.text ?? '-').padStart(numbers[index] ?? 0);
          const isBest = bar?.cell.mark === 'best';
          const drawn = bar ? drawBar(bar.share, width).padEnd(width) : ' '.repeat(width);
          return `${isBest ? chalk.green(drawn) : chalk.cyan(drawn)} ${isBest ? chalk.green.bold(number) : number}`;
        }),
      ),
    ),
  ].join('\n');
}
