import { betweenOrderStatistics, lastWithin, middleOf, midRanks, type Interval } from './interval.ts';

// The rank-sum test of Wilcoxon, Mann and Whitney for two samples that were not taken in pairs, and the interval that belongs to
// it (Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", 3rd edition, 4.1 to 4.3). Both are exact where the two
// samples differ by no more than a shift and their values are independent: what the machine did between them is not covered.

/** How many ways there are to draw `size` of the ranks, by the sum that they have. */
function drawsBySum(ranks: readonly number[], size: number): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(total + 1));
  const [none] = ways;
  if (none) none[0] = 1;
  let largest = 0;
  for (const rank of ranks) {
    largest += rank;
    for (let drawn = size; drawn >= 1; drawn--) {
      const into = ways[drawn];
      const from = ways[drawn - 1];
      if (!into || !from) continue;
      for (let sum = largest; sum >= rank; sum--) into[sum] = (into[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  const all = ways[size] ?? new Float64Array(0);
  const count = all.reduce((sum, number) => sum + number, 0);
  return all.map((number) => number / count);
}

/** How likely two samples that lie as far apart as these are, or further, if there is no difference: exact and two-sided. */
export function rankSumP(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return 1;
  const ranks = midRanks([...a, ...b]).map((rank) => Math.round(2 * rank));
  const sum = ranks.slice(a.length).reduce((total, rank) => total + rank, 0);
  const likely = drawsBySum(ranks, b.length);
  const tail = (values: Float64Array): number => values.reduce((total, probability) => total + probability, 0);
  return Math.min(1, 2 * Math.min(tail(likely.subarray(0, sum + 1)), tail(likely.subarray(sum))));
}

/**
 * How far b lies above a, by Hodges and Lehmann: the median of all differences b − a, and its exact interval.
 * @param confidence between 0 and 1; what is given is at least that
 * @returns infinite ends where there are too few values for it: 4 and 4 are enough for 95%
 */
export function rankSumInterval(a: readonly number[], b: readonly number[], confidence: number): Interval {
  const differences = Float64Array.from(b.flatMap((one) => a.map((other) => one - other))).sort();
  const ranks = Array.from({ length: a.length + b.length }, (_, index) => index + 1);
  const smallest = (b.length * (b.length + 1)) / 2;
  const likely = drawsBySum(ranks, b.length).subarray(smallest, smallest + a.length * b.length + 1);
  return betweenOrderStatistics(differences, middleOf(differences), lastWithin(likely, (1 - confidence) / 2));
}
