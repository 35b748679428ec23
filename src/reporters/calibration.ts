import { Chalk } from 'chalk';
import type { Calibration, Noise } from '../analysis/comparison/calibration.ts';
import { findMetric } from '../metrics/catalogue.ts';
import { formatNumber, formatValue, plural } from '../model/numbers.ts';
import type { Screen } from './reporter.ts';
import type { Cell, Table } from './tables/table.ts';
import { drawTable } from './terminal-table.ts';
import { wrap } from './wrapped-text.ts';

/** A share as percent; of an error rate, percentage points. */
function amount({ metric, scale }: Noise, value: number): string {
  if (scale === 'ratio') return `±${formatNumber(value * 100)}%`;
  const unit = findMetric(metric)?.unit ?? 'count';
  return unit === 'ratio' ? `±${formatNumber(value * 100)} points` : `±${formatValue(value, unit)}`;
}

function table({ noise }: Calibration): Table {
  const row = (one: Noise): readonly Cell[] => [
    { text: one.metric },
    { text: amount(one, one.floor) },
    { text: amount(one, one.detectable) },
  ];
  return { headings: ['metric', 'noise', 'can be found'], labels: 1, rows: noise.map(row) };
}

/** What a person reads at the end of a calibration. */
export function calibrationReport(entry: Calibration, file: string, { columns, color }: Screen): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { scenario, variant, replicas, load, rounds } = entry;
  const head = `${scenario}: ${variant} against itself, ${plural(rounds, 'round')}, ${plural(replicas, 'replica')}, ${load}`;
  const meaning = [
    '"noise" is how far the interval reached with nothing changed; a gate tolerates no less.',
    '"can be found" is the smallest true difference that nine of ten such runs would find.',
  ];
  return `${[chalk.bold(head), drawTable(table(entry), columns, chalk), meaning.flatMap((line) => wrap(line, columns)).join('\n'), `Kept in ${file}`].join('\n\n')}\n`;
}
