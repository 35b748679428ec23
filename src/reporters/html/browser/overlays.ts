import type { Chart as Drawing, Plugin } from 'chart.js';
import type { BarChart, LineChart, Value } from '../charts/chart.ts';
import type { Theme } from './theme.ts';

/** Half of the line across the end of a whisker, in pixels. */
const capPx = 4;

/** The values behind the drawn elements of a chart, one list a dataset. */
type Values = readonly (readonly Value[])[];

function spread({ low, high }: Value): readonly [number, number] | undefined {
  return low === undefined || high === undefined || low === high ? undefined : [low, high];
}

/** Draws from the low to the high end of each value, along the axis of that name. */
export function whiskers(values: Values, along: 'x' | 'y', theme: Theme): Plugin {
  const draw = (chart: Drawing): void => {
    const { ctx: context } = chart;
    const scale = chart.scales[along];
    if (scale === undefined) return;
    context.save();
    context.strokeStyle = theme.text;
    context.lineWidth = 1.5;
    context.beginPath();
    for (const [index, list] of values.entries()) {
      if (!chart.isDatasetVisible(index)) continue;
      for (const [place, element] of chart.getDatasetMeta(index).data.entries()) {
        const ends = spread(list[place] ?? { value: null });
        if (ends === undefined) continue;
        const [from, to] = ends.map((value) => scale.getPixelForValue(value));
        line(context, along, [from ?? 0, to ?? 0], along === 'x' ? element.y : element.x);
      }
    }
    context.stroke();
    context.restore();
  };
  return { id: 'whiskers', afterDatasetsDraw: draw };
}

function line(
  context: CanvasRenderingContext2D,
  along: 'x' | 'y',
  ends: readonly [number, number],
  across: number,
): void {
  const move = (at: number, off: number): void => {
    if (along === 'x') context.moveTo(at, across + off);
    else context.moveTo(across + off, at);
  };
  const draw = (at: number, off: number): void => {
    if (along === 'x') context.lineTo(at, across + off);
    else context.lineTo(across + off, at);
  };
  move(ends[0], 0);
  draw(ends[1], 0);
  for (const end of ends) {
    move(end, -capPx);
    draw(end, capPx);
  }
}

/** Shades what lies between the low and the high ends of lines that are bands. */
export function bands({ series }: LineChart, theme: Theme): Plugin {
  const draw = (chart: Drawing): void => {
    const { ctx: context, scales } = chart;
    const { x: across, y: up } = scales;
    if (!across || !up) return;
    for (const [index, { style, color, points }] of series.entries()) {
      if (style !== 'band' || !chart.isDatasetVisible(index)) continue;
      const at = (x: number, y: number | undefined): readonly [number, number] => [
        across.getPixelForValue(x),
        up.getPixelForValue(y ?? NaN),
      ];
      const outline = [
        ...points.map(({ x, low }) => at(x, low)),
        ...points.map(({ x, high }) => at(x, high)).reverse(),
      ];
      context.save();
      context.globalAlpha = 0.18;
      context.fillStyle = theme.color(color);
      context.beginPath();
      for (const [x, y] of outline) context.lineTo(x, y);
      context.fill();
      context.restore();
    }
  };
  return { id: 'bands', beforeDatasetsDraw: draw };
}

/** A line at what the values of bars are held against. */
export function referenceLine({ reference }: BarChart, theme: Theme): Plugin {
  return {
    id: 'reference',
    beforeDatasetsDraw: ({ ctx: context, scales, chartArea }) => {
      const x = reference === undefined ? undefined : scales.x?.getPixelForValue(reference);
      if (x !== undefined) stroke(context, theme.faint, [x, chartArea.top], [x, chartArea.bottom]);
    },
  };
}

/** A line with a number at each moment at which something happened; what happened is listed below the charts. */
export function marks({ marks: all }: LineChart, theme: Theme): Plugin {
  return {
    id: 'marks',
    afterDatasetsDraw: ({ ctx: context, scales, chartArea }) => {
      for (const { x } of all) {
        const at = scales.x?.getPixelForValue(x);
        if (at === undefined || at < chartArea.left || at > chartArea.right) continue;
        stroke(context, theme.faint, [at, chartArea.top], [at, chartArea.bottom]);
      }
    },
  };
}

function stroke(
  context: CanvasRenderingContext2D,
  color: string,
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
): void {
  context.save();
  context.strokeStyle = color;
  context.setLineDash([3, 4]);
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
  context.restore();
}
