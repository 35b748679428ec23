/**
 * How likely at least so many successes are in so many trials.
 * @param chance of each trial, above 0 and below 1
 */
export function binomialTail(successes: number, trials: number, chance: number): number {
  let [logTerm, sum] = [trials * Math.log1p(-chance), 0];
  const odds = Math.log(chance) - Math.log1p(-chance);
  for (let count = 0; count <= trials; count++) {
    if (count >= successes) sum += Math.exp(logTerm);
    logTerm += Math.log((trials - count) / (count + 1)) + odds;
  }
  return Math.min(1, sum);
}
