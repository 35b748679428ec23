import type { MetricUnit } from '../../../model/numbers.ts';

/** How the values of an axis are spread: `percentile` is the logarithm of 1 / (1 − share), so that each nine takes as much room. */
export interface Axis {
  readonly title: string;
  readonly scale: 'linear' | 'log' | 'percentile';
  readonly unit: MetricUnit | 'seconds';
}

/** A value, and how far it is spread; null where there is none. */
export interface Value {
  readonly value: number | null;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** Values side by side, a bar or a dot for each category; whiskers where they are spread. */
export interface BarChart {
  readonly kind: 'bars';
  readonly axis: Axis;
  readonly shape: 'bar' | 'dot';
  readonly isStacked: boolean;
  readonly categories: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly Value[] }[];
  /** A line across: what the values are held against. */
  readonly reference?: number | undefined;
}

/** A point of a line. */
export interface Point extends Value {
  readonly x: number;
}

/** Values over something that goes on, such as time. */
export interface LineChart {
  readonly kind: 'lines';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly {
    readonly name: string;
    /** Its colour: the same number is the same in all charts of a page. */
    readonly color: number;
    /** A band is a dashed line within the range of its points. */
    readonly style: 'line' | 'points' | 'band';
    readonly points: readonly Point[];
  }[];
  /** What happened, at which x. */
  readonly marks: readonly { readonly x: number; readonly text: string }[];
}

/** What is to be drawn: numbers and names, nothing of how. It goes to the page as JSON. */
export type Chart = BarChart | LineChart;
