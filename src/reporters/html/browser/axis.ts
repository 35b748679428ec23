import { formatNumber, formatValue } from '../../../model/numbers.ts';
import type { Axis } from '../charts/chart.ts';
import type { Theme } from './theme.ts';

/** A value of an axis as people read it. */
export function valueText(value: number, { unit, scale }: Axis): string {
  if (scale === 'percentile') return `${Number((100 * (1 - 1 / value)).toPrecision(7))}%`;
  if (unit === 'seconds') return String(value);
  return unit === 'count' || unit === 'per-second' || unit === 'ms' ? formatNumber(value) : formatValue(value, unit);
}

/** Where a logarithm has its labels, in each power of ten. */
const digits: readonly number[] = [1, 2, 5];

/** What a number is times a power of ten: from 1 to below 10. */
function digitsOf(value: number): number {
  return Number((value / 10 ** Math.floor(Math.log10(value) + 1e-9)).toPrecision(9));
}

/** On a logarithm, ticks at 1, 2 and 5 of each power of ten have a label; of percentiles, the median and each nine. */
function isLabelled(value: number, { scale }: Axis): boolean {
  if (scale === 'linear') return true;
  return scale === 'percentile' ? digitsOf(value) === 1 || value === 2 : digits.includes(digitsOf(value));
}

/** The ends of a logarithm around values: the labels next to them, so that there are always two. */
export function logEnds(values: readonly number[]): { readonly min: number; readonly max: number } | undefined {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return undefined;
  const [lowest, highest] = [Math.min(...positive), Math.max(...positive)];
  const powers = [Math.floor(Math.log10(lowest)), Math.ceil(Math.log10(highest)) + 1] as const;
  const count = powers[1] - powers[0] + 1;
  const labels = Array.from({ length: count }, (_, index) => digits.map((digit) => digit * 10 ** (powers[0] + index)));
  const all = labels.flat();
  const min = all.findLast((label) => label <= lowest) ?? lowest;
  const max = all.find((label) => label >= highest && label > min) ?? highest;
  return { min, max };
}

/** The scale of Chart.js for an axis. */
export function scaleOf(axis: Axis, theme: Theme, { beginsAtZero }: { readonly beginsAtZero: boolean }) {
  return {
    type: axis.scale === 'linear' ? ('linear' as const) : ('logarithmic' as const),
    beginAtZero: beginsAtZero && axis.scale === 'linear',
    ...(axis.scale === 'percentile' ? { min: 1 } : {}),
    title: { display: true, text: axis.title, color: theme.faint },
    grid: { color: theme.grid },
    border: { color: theme.grid },
    ticks: {
      color: theme.faint,
      maxRotation: 0,
      ...((axis.unit === 'count' || axis.unit === 'seconds') && axis.scale === 'linear' ? { precision: 0 } : {}),
      callback: (value: number | string) =>
        typeof value === 'number' && isLabelled(value, axis) ? valueText(value, axis) : null,
    },
  };
}
