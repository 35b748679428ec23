import { Chart as Drawing } from 'chart.js';
import type { Chart } from '../charts/chart.ts';
import { draw } from './draw.ts';
import { addKeys } from './keyboard.ts';
import { legendOf } from './legend.ts';
import { readTheme } from './theme.ts';

/** Chart data as the page has them. */
type Titled = Chart & { readonly title: string };

function isTitled(value: unknown): value is Titled {
  return typeof value === 'object' && value !== null && 'kind' in value && 'title' in value;
}

/** Room for each bar, and for the axis below them; a line chart's height is the style sheet's. */
const barPx = 30;
const axisPx = 56;

/** Draws a figure, and returns what draws it again when the colours of the page have changed. */
function drawFigure(figure: Element): (() => void) | undefined {
  const data = figure.querySelector('script[type="application/json"]');
  const chart: unknown = JSON.parse(data?.textContent ?? 'null');
  if (!isTitled(chart) || data === null) return undefined;
  const frame = document.createElement('div');
  frame.className = `frame ${chart.kind}`;
  if (chart.kind === 'bars') frame.style.height = `${chart.categories.length * barPx + axisPx}px`;
  const canvas = document.createElement('canvas');
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute(
    'aria-label',
    `Chart: ${chart.title}. The arrow keys go through its values; a table of them follows.`,
  );
  const said = document.createElement('p');
  said.className = 'said';
  said.setAttribute('aria-live', 'polite');
  frame.append(canvas, said);
  data.after(frame);
  let drawing = draw(canvas, chart, readTheme());
  const legend = legendOf(chart, () => drawing);
  if (legend) frame.before(legend);
  addKeys(canvas, said, () => drawing);
  return () => {
    const hidden = chart.series.map((_, index) => !drawing.isDatasetVisible(index));
    drawing = draw(canvas, chart, readTheme());
    for (const [index, isHidden] of hidden.entries()) drawing.setDatasetVisibility(index, !isHidden);
    drawing.update('none');
  };
}

Drawing.defaults.font.family = getComputedStyle(document.body).fontFamily;
const redraws = [...document.querySelectorAll('figure.chart')].flatMap((figure) => drawFigure(figure) ?? []);
const redraw = (): void => {
  for (const one of redraws) one();
};
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
matchMedia('print').addEventListener('change', redraw);
// Paper has nothing to open: the numbers are printed below their charts.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
