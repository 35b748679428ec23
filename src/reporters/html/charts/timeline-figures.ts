import type { Row } from '../../../analysis/summary.ts';
import { measuredSlices, valuesOf } from '../../../metrics/timeline.ts';
import type { Measurement } from '../../../model/measurement.ts';
import { formatNumber } from '../../../model/numbers.ts';
import { nameOf } from '../../tables/table.ts';
import type { Figure } from '../figure.tsx';
import type { Axis, LineChart, Point } from './chart.ts';

type Slice = Measurement['timeline'][number];

const time: Axis = { title: 's', scale: 'linear', unit: 'seconds' };

/** Something that has a value in every second. */
interface Series {
  readonly title: string;
  readonly y: Axis;
  readonly valueOf: (slice: Slice, lengthS: number) => number;
  /** Whether it is worth a figure. */
  readonly isWorth?: (slices: readonly Slice[]) => boolean;
}

const series: readonly Series[] = [
  {
    title: 'RPS over time',
    y: { title: 'RPS', scale: 'linear', unit: 'per-second' },
    valueOf: ({ requests }, lengthS) => requests / lengthS,
  },
  {
    title: 'p50 over time',
    y: { title: 'p50 ms', scale: 'log', unit: 'ms' },
    valueOf: ({ p50Us }) => p50Us / 1000,
  },
  {
    title: 'p99 over time',
    y: { title: 'p99 ms', scale: 'log', unit: 'ms' },
    valueOf: ({ p99Us }) => p99Us / 1000,
  },
  {
    title: 'Errors over time',
    y: { title: 'errors a second', scale: 'linear', unit: 'per-second' },
    valueOf: ({ errors }, lengthS) => errors / lengthS,
    isWorth: (slices) => slices.some(({ errors }) => errors > 0),
  },
];

/** The last round of a row, second by second. */
function slicesOf({ trials }: Row): readonly { readonly slice: Slice; readonly lengthS: number }[] {
  const measurement = trials.at(-1)?.measurement;
  if (measurement === undefined) return [];
  const seconds = measuredSlices(measurement).map((slice) => ({
    slice,
    lengthS: Math.min(1, measurement.durationMs / 1000 - slice.second),
  }));
  // The first and the last few answers of a second that is hardly there make no rate.
  return seconds.filter(({ lengthS }) => lengthS > 0.2);
}

function marksOf(rows: readonly Row[]): LineChart['marks'] {
  const several = rows.length > 1;
  return rows.flatMap((row) =>
    (row.trials.at(-1)?.annotations ?? []).map(({ second, text }) => ({
      x: second,
      text: several ? `${nameOf(row)}: ${text}` : text,
    })),
  );
}

function figureOf(title: string, y: Axis, rows: readonly Row[], pointsOf: (row: Row) => readonly Point[]): Figure {
  const lines = rows.map((row, color) => ({ name: nameOf(row), color, style: 'line' as const, points: pointsOf(row) }));
  const drawn = lines.filter(({ points }) => points.length > 0);
  const seconds = [...new Set(drawn.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  return {
    title,
    chart: { kind: 'lines', x: time, y, series: drawn, marks: marksOf(rows) },
    table: {
      headings: ['second', ...drawn.map(({ name }) => name)],
      labels: 1,
      rows: seconds.map((second) => [
        { text: String(second) },
        ...drawn.map(({ points }) => {
          const value = points.find(({ x }) => x === second)?.value ?? null;
          return { text: value === null ? '-' : formatNumber(value) };
        }),
      ]),
    },
  };
}

/** Something that is looked at once a second. */
interface Gauge {
  readonly title: string;
  readonly source: string;
  readonly name: string;
  readonly y: Axis;
}

const gauges: readonly Gauge[] = [
  {
    title: 'Replicas that answer, over time',
    source: 'stack',
    name: 'replicas',
    y: { title: 'replicas', scale: 'linear', unit: 'count' },
  },
  {
    title: 'Todos without a mail, over time',
    source: 'backends',
    name: 'notifications_outstanding',
    y: { title: 'todos', scale: 'linear', unit: 'count' },
  },
];

/** What a gauge said, where that changed. */
function gaugeFigures({ title, source, name, y }: Gauge, rows: readonly Row[]): readonly Figure[] {
  const pointsOf = ({ trials }: Row): readonly Point[] => {
    const timeline = trials.at(-1)?.telemetry.timeline;
    const values = (timeline && valuesOf(timeline, source, name)) ?? [];
    const seconds = timeline?.seconds ?? [];
    return seconds.flatMap((second, index) => {
      const value = values[index];
      return second < 0 || value === undefined ? [] : [{ x: Math.floor(second), value }];
    });
  };
  const hasChanged = rows.some((row) => new Set(pointsOf(row).map(({ value }) => value)).size > 1);
  return hasChanged ? [figureOf(title, y, rows, pointsOf)] : [];
}

/** Second by second, of the last round: RPS, p50, p99, and errors and what is looked at, where there is something to see. */
export function timelineFigures(rows: readonly Row[]): readonly Figure[] {
  const seconds = rows.map((row) => ({ row, slices: slicesOf(row) }));
  const all = seconds.flatMap(({ slices }) => slices.map(({ slice }) => slice));
  if (all.length === 0) return [];
  const figures = series.filter(({ isWorth }) => isWorth?.(all) ?? true);
  return [
    ...figures.map(({ title, y, valueOf }) =>
      figureOf(title, y, rows, (row) => {
        const { slices = [] } = seconds.find((candidate) => candidate.row === row) ?? {};
        // A logarithm has no place for a second without an answer.
        const isDrawn = ({ requests }: Slice): boolean => y.scale !== 'log' || requests > 0;
        return slices.map(({ slice, lengthS }) => ({
          x: slice.second,
          value: isDrawn(slice) ? valueOf(slice, lengthS) : null,
        }));
      }),
    ),
    ...gauges.flatMap((gauge) => gaugeFigures(gauge, rows)),
  ];
}
