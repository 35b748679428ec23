import type { Chart as Drawing } from 'chart.js';
import type { Chart } from '../charts/chart.ts';
import { colorCount } from './theme.ts';

/** The colour number of each series: a line has its own, parts of bars go by their order. */
function colorsOf(chart: Chart): readonly number[] {
  return chart.kind === 'lines' ? chart.series.map(({ color }) => color) : chart.series.map((_, index) => index);
}

/** A button for each series, which hides it and shows it again; nothing where there is one only. */
export function legendOf(chart: Chart, drawingOf: () => Drawing): HTMLElement | undefined {
  if (chart.series.length < 2) return undefined;
  const legend = document.createElement('div');
  legend.className = 'legend';
  legend.setAttribute('role', 'group');
  legend.setAttribute('aria-label', 'Series: press one to hide it or to show it');
  const colors = colorsOf(chart);
  for (const [index, { name }] of chart.series.entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `color-${(colors[index] ?? 0) % colorCount}`;
    button.textContent = name;
    button.setAttribute('aria-pressed', 'true');
    button.addEventListener('click', () => {
      const isShown = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(isShown));
      drawingOf().setDatasetVisibility(index, isShown);
      drawingOf().update('none');
    });
    legend.append(button);
  }
  return legend;
}
