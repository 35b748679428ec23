import {
  BarController,
  BarElement,
  CategoryScale,
  Chart as Drawing,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type TooltipItem,
} from 'chart.js';
import type { Axis, BarChart, Chart, LineChart, Value } from '../charts/chart.ts';
import { logEnds, scaleOf, valueText } from './axis.ts';
import { bands, marks, referenceLine, whiskers } from './overlays.ts';
import { colorCount, type Theme } from './theme.ts';

Drawing.register(
  BarController,
  BarElement,
  CategoryScale,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
);

/** `lock ×2: 1,234 (1,100 to 1,300)`. */
function spoken(name: string, { value, low, high }: Value, axis: Axis): string {
  if (value === null) return `${name}: -`;
  const range =
    low === undefined || high === undefined || low === high
      ? ''
      : ` (${valueText(low, axis)} to ${valueText(high, axis)})`;
  return `${name}: ${valueText(value, axis)}${range}`;
}

const noAnimation = { animation: false, responsive: true, maintainAspectRatio: false } as const;

function bars(chart: BarChart, theme: Theme): ChartConfiguration<'bar'> {
  const { categories, series, axis, isStacked, shape } = chart;
  const isDot = shape === 'dot';
  const isAlone = series.length === 1;
  const label = ({ datasetIndex, dataIndex }: TooltipItem<'bar'>): string => {
    const { name = '', values = [] } = series[datasetIndex] ?? {};
    return spoken(name, values[dataIndex] ?? { value: null }, axis);
  };
  const all = series.flatMap(({ values }) => values.flatMap(({ value, low, high }) => [value, low, high]));
  const known = all.filter((value) => typeof value === 'number');
  // Bars grow from nothing; dots have what they are held against among them.
  const room = isDot ? { min: Math.min(1, ...known) / 1.1, max: Math.max(1, ...known) * 1.1 } : {};
  return {
    type: 'bar',
    data: {
      labels: [...categories],
      datasets: series.map(({ name, values }, index) => ({
        label: name,
        data: values.map(({ value }) => (isDot && value !== null ? [value / 1.004, value * 1.004] : value)),
        backgroundColor: isAlone && !isDot ? values.map((_, place) => theme.color(place)) : theme.color(index),
        barPercentage: isDot ? 0.35 : 0.8,
        minBarLength: isDot ? 8 : 0,
      })),
    },
    options: {
      ...noAnimation,
      indexAxis: 'y',
      scales: {
        x: { ...scaleOf(axis, theme, { beginsAtZero: true }), ...room, stacked: isStacked },
        y: { stacked: isStacked, ticks: { color: theme.text, autoSkip: false }, grid: { display: false } },
      },
      interaction: { mode: 'index', axis: 'y', intersect: false },
      plugins: { tooltip: { callbacks: { label } } },
    },
    plugins: isStacked
      ? []
      : [
          whiskers(
            series.map(({ values }) => values),
            'x',
            theme,
          ),
          referenceLine(chart, theme),
        ],
  };
}

/** Whether all lines have their points at the same places, as far as they go: then those of one place are told together. */
function isAligned({ series }: LineChart): boolean {
  const longest = series.reduce(
    (most, { points }) => (points.length > most.length ? points : most),
    series[0]?.points ?? [],
  );
  return series.every(({ points }) => points.every(({ x }, index) => x === longest[index]?.x));
}

function lines(chart: LineChart, theme: Theme): ChartConfiguration<'line', { x: number; y: number | null }[]> {
  const { x, y, series } = chart;
  const known = series.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  const label = ({ datasetIndex, dataIndex }: TooltipItem<'line'>): string => {
    const { name = '', points = [] } = series[datasetIndex] ?? {};
    return spoken(name, points[dataIndex] ?? { value: null }, y);
  };
  const title = ([item]: TooltipItem<'line'>[]): string => {
    const point = item && series[item.datasetIndex]?.points[item.dataIndex];
    return point ? `${x.scale === 'percentile' ? '' : `${x.title} `}${valueText(point.x, x)}` : '';
  };
  return {
    type: 'line',
    data: {
      datasets: series.map(({ name, color, style, points }) => ({
        label: name,
        data: points.map((point) => ({ x: point.x, y: point.value })),
        borderColor: theme.color(color),
        backgroundColor: theme.color(color),
        borderWidth: style === 'points' ? 0 : 2,
        // More lines than colours: those of the second turn are dotted.
        borderDash: style === 'band' ? [6, 4] : color >= colorCount ? [2, 3] : [],
        pointRadius: style === 'points' || points.length === 1 ? 4 : 0,
        pointHitRadius: 12,
        spanGaps: false,
      })),
    },
    options: {
      ...noAnimation,
      scales: {
        x: scaleOf(x, theme, { beginsAtZero: true }),
        y: { ...scaleOf(y, theme, { beginsAtZero: true }), ...(y.scale === 'log' ? logEnds(known) : {}) },
      },
      interaction: { mode: isAligned(chart) ? 'index' : 'nearest', axis: 'x', intersect: false },
      plugins: { tooltip: { callbacks: { label, title } } },
    },
    plugins: [
      bands(chart, theme),
      whiskers(
        series.map(({ style, points }) => (style === 'band' ? [] : points)),
        'y',
        theme,
      ),
      marks(chart, theme),
    ],
  };
}

/** Draws a chart, in place of what was drawn there. */
export function draw(canvas: HTMLCanvasElement, chart: Chart, theme: Theme): Drawing {
  Drawing.getChart(canvas)?.destroy();
  return chart.kind === 'bars' ? new Drawing(canvas, bars(chart, theme)) : new Drawing(canvas, lines(chart, theme));
}
