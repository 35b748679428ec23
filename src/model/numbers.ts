/** What a metric's number is counted in. Times are milliseconds; a ratio of 0.01 prints as 1%; bytes print as KiB, MiB and so on. */
export type MetricUnit = 'ms' | 'per-second' | 'ratio' | 'count' | 'bytes';

const formats = new Map<string, Intl.NumberFormat>();

/** Writes numbers with so many decimals, as English does. A format is kept: to make one takes a hundred times as long as to use it. */
function withDecimals(least: number, most: number): Intl.NumberFormat {
  const key = `${least} ${most}`;
  const options = { minimumFractionDigits: least, maximumFractionDigits: most };
  const format = formats.get(key) ?? new Intl.NumberFormat('en-US', options);
  formats.set(key, format);
  return format;
}

/** Three digits that matter, thousands separated: 0.034, 1.23, 45.6, 789, 12,345. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size < 99.95 && Number.isInteger(value)) return String(value);
  if (size < 0.0005) return value < 0 ? '>-0.001' : '<0.001';
  // The limits are where rounding would carry into one more digit.
  const decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 3;
  return withDecimals(decimals, decimals).format(value);
}

/** A metric's number without its unit, for a column whose heading has it; a ratio is given in per cent, a size as people say it. */
export function formatValue(value: number, unit: MetricUnit): string {
  if (unit === 'bytes') return formatBytes(value);
  return unit === 'ratio' ? `${formatNumber(value * 100)}%` : formatNumber(value);
}

/** A metric's number with its unit, for a sentence: `12.3 ms`, `4,567/s`, `0.1%`, `21`. */
export function formatQuantity(value: number, unit: MetricUnit): string {
  if (unit === 'ms') return `${formatNumber(value)} ms`;
  if (unit === 'per-second') return `${formatNumber(value)}/s`;
  return formatValue(value, unit);
}

/** A number as a person would say it, with that many decimals at most: `1.9`, `2`, `1,200`. */
export function formatRounded(value: number, decimals: number): string {
  return withDecimals(0, decimals).format(value);
}

/** A share in whole per cent, for a sentence: `99%`, `<1%`. What is not all does not become `100%`. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.005) return '<1%';
  if (share >= 0.995 && share < 1) return '>99%';
  return `${Math.round(share * 100)}%`;
}

/** A length of time for people: `450 ms`, `4.2 s`, `1 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** A size in memory, or what is more or less of it: `23.5 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const size = Math.abs(bytes);
  const power = Math.min(units.length - 1, size < 1 ? 0 : Math.floor(Math.log2(size) / 10));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power] ?? 'B'}`;
}

/** A count with its noun: `1 trial`, `1,200 trials`. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
