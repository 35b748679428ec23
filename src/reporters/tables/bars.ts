import type { Row } from '../../analysis/summary.ts';
import { measuredSlices, valuesOf } from '../../metrics/timeline.ts';
import type { Cell } from './table.ts';

const bars = '▁▂▃▄▅▆▇█';

/** The bar of a share of the highest, which is 1. */
function bar(share: number): string {
  return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))] ?? '';
}

/** The p99 of every second of the last round as bars on a logarithmic scale that all rows share, from 1 ms to the highest. */
export function p99Cell(row: Row, rows: readonly Row[]): Cell {
  const secondsOf = (of: Row): readonly number[] =>
    of.trials.slice(-1).flatMap(({ measurement }) => measuredSlices(measurement).map(({ p99Us }) => p99Us));
  const highest = Math.log(Math.max(2000, ...rows.flatMap(secondsOf)) / 1000);
  const draw = (p99Us: number): string => bar(Math.log(Math.max(1000, p99Us) / 1000) / highest);
  return { text: secondsOf(row).map(draw).join('') };
}

/** More of them would not fit beside the numbers. */
const widest = 24;

/** Whether replicas came and went in any row as they are meant to. */
export function isChanging(rows: readonly Row[]): boolean {
  return rows.some(({ trials }) => trials.some(({ telemetry }) => telemetry.left !== undefined));
}

/** How many replicas answered in the last round, as bars on a scale that all rows share; of a long one the fewest in each stretch. */
export function replicasCell(row: Row, rows: readonly Row[]): Cell {
  const highest = Math.max(1, ...rows.flatMap(answeredIn));
  // Full bars for all of them, and a dot where there are none.
  const draw = (count: number): string => (count === 0 ? '·' : bar(count / highest - 1 / bars.length));
  return { text: fewest(answeredIn(row)).map(draw).join('') };
}

function answeredIn({ trials }: Row): readonly number[] {
  const timeline = trials.at(-1)?.telemetry.timeline;
  return (timeline && valuesOf(timeline, 'stack', 'replicas'))?.map((count) => count ?? 0) ?? [];
}

function fewest(counts: readonly number[]): readonly number[] {
  const length = Math.min(widest, counts.length);
  return Array.from({ length }, (_, index) => {
    const from = Math.floor((index * counts.length) / length);
    return Math.min(...counts.slice(from, Math.floor(((index + 1) * counts.length) / length)));
  });
}
