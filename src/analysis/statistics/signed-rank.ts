import { betweenOrderStatistics, lastWithin, middleOf, midRanks, type Interval } from './interval.ts';

// Wilcoxon's signed-rank test and the interval that belongs to it (Hollander, Wolfe and Chicken, "Nonparametric Statistical
// Methods", 3rd edition, 3.1 to 3.3). Both are exact: they hold for few differences as well as for many, and need no more than
// that each difference is as likely to fall short of the truth as to exceed it by the same amount. The random order of the two
// sides within a round makes that so, whatever the noise is: tails, drift, one round like the one before.

/** How likely each rank sum is, from 0 up, where every rank is added with probability one half. */
function rankSums(ranks: readonly number[]): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const likely = new Float64Array(total + 1);
  likely[0] = 1;
  let largest = 0;
  for (const rank of ranks) {
    largest += rank;
    for (let sum = largest; sum >= 0; sum--) {
      const before = sum >= rank ? (likely[sum - rank] ?? 0) : 0;
      likely[sum] = ((likely[sum] ?? 0) + before) / 2;
    }
  }
  return likely;
}

/**
 * How likely differences as one-sided as these are, or more so, if there is none: exact and two-sided, given how large they are.
 * Zeros are left out, as Wilcoxon did; equal sizes share their ranks.
 * @returns 1 where no difference is left
 */
export function signedRankP(differences: readonly number[]): number {
  const some = differences.filter((difference) => difference !== 0);
  const shared = midRanks(some.map(Math.abs));
  // Doubled where that makes them whole.
  const ranks = shared.every(Number.isInteger) ? shared : shared.map((rank) => Math.round(2 * rank));
  const positive = ranks.reduce((sum, rank, index) => ((some[index] ?? 0) > 0 ? sum + rank : sum), 0);
  const likely = rankSums(ranks);
  const extreme = Math.min(positive, likely.length - 1 - positive);
  const tail = likely.subarray(0, extreme + 1).reduce((sum, probability) => sum + probability, 0);
  return Math.min(1, 2 * tail);
}

/**
 * The centre of differences by Hodges and Lehmann, the median of the means of all pairs, and its exact interval.
 * @param confidence between 0 and 1; what is given is at least that
 * @returns infinite ends where there are fewer differences than {@link leastDifferences}
 */
export function signedRankInterval(differences: readonly number[], confidence: number): Interval {
  const count = differences.length;
  const means = new Float64Array((count * (count + 1)) / 2);
  let next = 0;
  for (const [index, one] of differences.entries()) {
    for (const other of differences.slice(index)) means[next++] = (one + other) / 2;
  }
  means.sort();
  const likely = rankSums(Array.from({ length: count }, (_, index) => index + 1));
  return betweenOrderStatistics(means, middleOf(means), lastWithin(likely, (1 - confidence) / 2));
}

/** So many differences it takes for an interval of that confidence: 6 for 95%. */
export function leastDifferences(confidence: number): number {
  return Math.ceil(Math.log2(2 / (1 - confidence)) - 1e-9);
}
