const bars = '▁▂▃▄▅▆▇█';

/** The last values as bars from zero to the highest of them, one a character; nothing where there is no room for three. */
export function sparkline(values: readonly number[], width: number): string {
  if (width < 3) return '';
  const shown = values.slice(-width);
  const highest = Math.max(...shown);
  return shown
    .map((value) => bars[highest > 0 ? Math.min(bars.length - 1, Math.floor((value / highest) * bars.length)) : 0])
    .join('');
}
