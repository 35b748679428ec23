import type { Row } from '../../../analysis/summary.ts';
import { LatencyHistogram } from '../../../histogram/latency-histogram.ts';
import { UsageError } from '../../../model/errors.ts';
import { formatNumber } from '../../../model/numbers.ts';
import type { TrialRecord } from '../../../record/run-record.ts';
import { labelCells, labelHeadings, nameOf } from '../../tables/table.ts';
import type { Figure } from '../figure.tsx';
import type { Point } from './chart.ts';

/** Steps in each half of what is left up to 100%, as HdrHistogram's own plot has them. */
const stepsPerHalving = 5;
const told = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999] as const;

/** The latency at shares that come ever closer to all: x is 1 / (1 − share), which a logarithm makes even. */
function pointsOf(histogram: LatencyHistogram): readonly Point[] {
  const halvings = Math.log2(Math.max(1, histogram.count));
  return Array.from({ length: Math.floor(halvings * stepsPerHalving) + 1 }, (_, step) => {
    const x = 2 ** (step / stepsPerHalving);
    return { x, value: histogram.quantileUs(1 - 1 / x) / 1000 };
  });
}

/** @throws {UsageError} where a saved run holds something else than a histogram */
function addTo(sum: LatencyHistogram, { number, measurement }: TrialRecord): void {
  try {
    sum.add(LatencyHistogram.decode(measurement.latency.histogram));
  } catch (error) {
    throw new UsageError(`The latencies of trial ${number} cannot be read: its histogram is broken.`, {
      hint: 'Its run.json was changed or damaged after the run. Reports but for HTML do without it.',
      cause: error,
    });
  }
}

/** The latency by percentile of all rounds together, the HdrHistogram plot (hdrhistogram.org); nothing where nothing was answered. */
export function percentileFigure(rows: readonly Row[]): readonly Figure[] {
  const curves = rows.flatMap((row, color) => {
    const histogram = new LatencyHistogram();
    for (const trial of row.trials) addTo(histogram, trial);
    return histogram.count === 0 ? [] : [{ row, color, histogram }];
  });
  if (curves.length === 0) return [];
  const figure: Figure = {
    title: 'Latency by percentile',
    note: 'All rounds together. How many of the requests were answered within that time: every nine takes as much room as the one before.',
    chart: {
      kind: 'lines',
      x: { title: 'percentile', scale: 'percentile', unit: 'ratio' },
      y: { title: 'latency ms', scale: 'log', unit: 'ms' },
      series: curves.map(({ row, color, histogram }) => ({
        name: nameOf(row),
        color,
        style: 'line',
        points: pointsOf(histogram),
      })),
      marks: [],
    },
    table: {
      headings: [
        ...labelHeadings,
        'answers',
        ...told.map((share) => `p${Number((share * 100).toFixed(2))} ms`),
        'max ms',
      ],
      labels: 1,
      rows: curves.map(({ row, histogram }) => [
        ...labelCells(row),
        { text: histogram.count.toLocaleString('en-US') },
        ...told.map((share) => ({
          text: histogram.count * (1 - share) < 1 ? '-' : formatNumber(histogram.quantileUs(share) / 1000),
        })),
        { text: formatNumber(histogram.maxUs / 1000) },
      ]),
    },
  };
  return [figure];
}
