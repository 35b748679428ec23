import { headlineMetrics } from '../../../analysis/answer.ts';
import type { Row } from '../../../analysis/summary.ts';
import type { Metric } from '../../../metrics/metric.ts';
import { formatValue } from '../../../model/numbers.ts';
import { heading, isDoubted } from '../../tables/metric-cells.ts';
import { labelCells, labelHeadings, nameOf } from '../../tables/table.ts';
import type { Figure } from '../figure.tsx';

function metricFigure(metric: Metric, rows: readonly Row[]): Figure {
  const isRepeated = rows.some(({ trials }) => trials.length > 1);
  const text = (value: number | undefined): string => (value === undefined ? '-' : formatValue(value, metric.unit));
  const direction = `${metric.better} is better`;
  const isDoubtful = rows.some((row) => isDoubted(row, metric.name));
  const notes = [
    direction,
    ...(isRepeated ? ['the bar is the median over the rounds, the whisker goes from the lowest to the highest'] : []),
    ...(isDoubtful ? ['~ marks what a caveat speaks against'] : []),
  ];
  return {
    title: metric.bySearch === true ? 'The highest rate that holds' : heading(metric),
    note: `${notes.join('; ')}.`,
    chart: {
      kind: 'bars',
      axis: { title: heading(metric), scale: 'linear', unit: metric.unit },
      shape: 'bar',
      isStacked: false,
      categories: rows.map((row) => (isDoubted(row, metric.name) ? `~${nameOf(row)}` : nameOf(row))),
      series: [
        {
          name: metric.title,
          values: rows.map(({ values: { [metric.name]: spread } }) =>
            spread === undefined
              ? { value: null }
              : { value: spread.median, ...(isRepeated ? { low: spread.min, high: spread.max } : {}) },
          ),
        },
      ],
    },
    table: {
      headings: [...labelHeadings, 'rounds', 'median', 'lowest', 'highest'],
      labels: 1,
      rows: rows.map((row) => {
        const { [metric.name]: spread } = row.values;
        return [
          ...labelCells(row),
          { text: String(row.trials.length) },
          ...[spread?.median, spread?.min, spread?.max].map((value) => ({ text: text(value) })),
        ];
      }),
    },
  };
}

/** The variants side by side in what is asked for first: a figure each metric. */
export function metricFigures(rows: readonly Row[]): readonly Figure[] {
  return headlineMetrics(rows)
    .filter(({ name }) => rows.some(({ values }) => values[name] !== undefined))
    .map((metric) => metricFigure(metric, rows));
}
