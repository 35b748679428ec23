/** An estimate with the interval that holds the truth with the confidence asked for; ends are infinite where too little is known. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The interval between the order statistics `below + 1` from either end of sorted values; all there is where `below` is -1. */
export function betweenOrderStatistics(sorted: Float64Array, value: number, below: number): Interval {
  if (below < 0) return { value, low: -Infinity, high: Infinity };
  return { value, low: sorted[below] ?? -Infinity, high: sorted[sorted.length - 1 - below] ?? Infinity };
}

/** The largest k for which the first k + 1 probabilities add up to no more than `tail`; -1 where even the first is more. */
export function lastWithin(probabilities: Float64Array, tail: number): number {
  let sum = 0;
  let last = -1;
  for (const probability of probabilities) {
    sum += probability;
    // What rounding adds to a tail that is exactly reached.
    if (sum > tail * (1 + 1e-9)) break;
    last++;
  }
  return last;
}

/** The ranks of values, from 1; equal ones share the mean of theirs. */
export function midRanks(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  for (const [index, value] of sorted.entries()) {
    if (!first.has(value)) first.set(value, index + 1);
    last.set(value, index + 1);
  }
  return values.map((value) => ((first.get(value) ?? NaN) + (last.get(value) ?? NaN)) / 2);
}

/** The middle of sorted values, or the mean of the two in the middle. */
export function middleOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
