import { findMetric } from '../../../metrics/catalogue.ts';
import type { Comparison } from '../../../record/run-record.ts';
import { drawComparisons } from '../../tables/comparison-table.ts';
import type { Figure } from '../figure.tsx';

/** The ratios of a comparison with their intervals, and the line at which both sides are the same. */
function figureOf(comparison: Comparison, index: number, all: readonly Comparison[]): Figure | undefined {
  const { a, b } = comparison;
  const ratios = comparison.metrics.filter(({ scale, estimate }) => scale === 'ratio' && estimate !== undefined);
  const drawn = drawComparisons(all)[index];
  if (ratios.length === 0 || drawn === undefined) return undefined;
  const { title = '', ...table } = drawn.table;
  return {
    title: `${b.name} against ${a.name}: how many times as much`,
    note: `${title}. Below 1 ${b.name} has less of it, above 1 more: of RPS more is better, of latency less.`,
    chart: {
      kind: 'bars',
      axis: { title: `${b.name} / ${a.name}`, scale: 'log', unit: 'count' },
      shape: 'dot',
      isStacked: false,
      categories: ratios.map(({ metric }) => findMetric(metric)?.title ?? metric),
      series: [
        {
          name: `${b.name} / ${a.name}`,
          values: ratios.map(({ estimate = 1, low, high }) => ({ value: estimate, low, high })),
        },
      ],
      reference: 1,
    },
    table,
  };
}

/** What two sides are to each other: a figure each comparison that has a ratio. */
export function comparisonFigures(comparisons: readonly Comparison[]): readonly Figure[] {
  return comparisons.flatMap((comparison, index) => figureOf(comparison, index, comparisons) ?? []);
}
