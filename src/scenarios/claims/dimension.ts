import type { MetricUnit } from '../../model/numbers.ts';

/** What an expression counts. `number` goes with ratios and counts alike; `unknown` has been complained of already. */
export type Dimension = 'time' | 'rate' | 'size' | 'ratio' | 'count' | 'number' | 'unknown';

/** The words for it in a sentence. */
export const dimensionWords: Readonly<Record<Dimension, string>> = {
  time: 'a time',
  rate: 'a rate',
  size: 'a size',
  ratio: 'a ratio',
  count: 'a count',
  number: 'a plain number',
  unknown: 'unknown',
};

/** What a unit counts. */
export function dimensionOf(unit: MetricUnit | 'none'): Dimension {
  switch (unit) {
    case 'ms':
      return 'time';
    case 'per-second':
      return 'rate';
    case 'bytes':
      return 'size';
    case 'none':
      return 'number';
    case 'ratio':
    case 'count':
      return unit;
  }
}

/** What both together count when they are added or compared, if they can be. */
export function common(left: Dimension, right: Dimension): Dimension | undefined {
  if (left === 'unknown' || right === 'unknown') return 'unknown';
  if (left === right) return left;
  if (left === 'number') return isBare(right) ? right : undefined;
  if (right === 'number') return isBare(left) ? left : undefined;
  return undefined;
}

/** What an operation yields; nothing if it makes no sense, such as a time times a rate. */
export function combine(operator: '+' | '-' | '*' | '/', left: Dimension, right: Dimension): Dimension | undefined {
  if (left === 'unknown' || right === 'unknown') return 'unknown';
  if (operator === '+' || operator === '-') return common(left, right);
  if (operator === '/') {
    if (left === right) return 'number';
    return isBare(right) ? left : undefined;
  }
  if (left === right) return isBare(left) ? left : undefined;
  if (!isBare(left)) return isBare(right) ? left : undefined;
  if (!isBare(right)) return right;
  return left === 'count' || right === 'count' ? 'count' : 'ratio';
}

/** Without a unit of time or size in it: such numbers scale others. */
function isBare(dimension: Dimension): boolean {
  return dimension !== 'time' && dimension !== 'rate' && dimension !== 'size';
}
