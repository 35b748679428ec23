import type { LatencyHistogram } from './latency-histogram.ts';

/** Requests that had waited longer than what ended explains. */
export interface Overdue {
  readonly requests: number;
  /** How long they had waited, all together, in µs. */
  readonly waitedUs: number;
  /** How long the one that was sent last had waited. */
  readonly shortestUs: number;
}

/** How often, at most, a trial in which everything is answered as it always is may have any of them. */
const falseAlarms = 0.001;

/**
 * Tells requests that a server has forgotten from those that are in flight at any moment (docs/decisions/0018).
 *
 * At a moment that has nothing to do with the requests, one that is in flight has waited longer than `t` with the probability
 * E[(L − t)+] / E[L], where L is what requests take until they end: the age of a renewal process (Cox, "Renewal Theory", 1962, chapter 5), in which the
 * slow ones have the weight of their length. The p-values of all that wait are judged together, by the procedure of Benjamini
 * and Hochberg (1995), whose false alarms among healthy ones are held to {@link falseAlarms}, and as well where they wait for
 * the same thing (Benjamini and Yekutieli, 2001).
 * @param waiting how long each request without an answer had waited since it was sent
 * @param ended what everything took that ended, right, wrong or without an answer, from when it was sent
 */
export function overdueIn(waiting: LatencyHistogram, ended: LatencyHistogram): Overdue {
  const rarity = rarityIn(ended);
  let overdue: Overdue = { requests: 0, waitedUs: 0, shortestUs: 0 };
  let [requests, waitedUs] = [0, 0];
  for (const { us, count } of waiting.values().toReversed()) {
    requests += count;
    waitedUs += count * us;
    if (rarity(us) <= (falseAlarms * requests) / waiting.count) overdue = { requests, waitedUs, shortestUs: us };
  }
  return overdue;
}

/** By how much the longest differ says how much longer others could be: so many of them are looked at. */
const tailCount = 10;

/** The probability that a request in flight has waited longer than that; where nothing ended, nothing explains it. */
function rarityIn(ended: LatencyHistogram): (waitedUs: number) => number {
  const values = ended.values();
  if (ended.count === 0) return () => 0;
  const sumUs = values.reduce((sum, { us, count }) => sum + us * count, 0);
  const { maxUs } = ended;
  // The longest is not the longest that there can be: one more is supposed beyond it, by an exponential tail, which is what
  // the excess over a high threshold tends to (Pickands, 1975).
  const tailUs = Math.max(sumUs / ended.count, meanExcessUs(values));
  const beyond = (us: number): number => (us < maxUs ? maxUs + tailUs - us : tailUs * Math.exp(-(us - maxUs) / tailUs));
  return (waitedUs) => {
    const excessUs = values.reduce((sum, { us, count }) => sum + Math.max(0, us - waitedUs) * count, 0);
    return (excessUs + beyond(waitedUs)) / (sumUs + maxUs + tailUs);
  };
}

/** How much longer the longest are than the next one, in the mean. */
function meanExcessUs(values: ReturnType<LatencyHistogram['values']>): number {
  let [seen, sumUs] = [0, 0];
  for (const { us, count } of values.toReversed()) {
    if (seen + count > tailCount) return (sumUs + us * (tailCount - seen)) / tailCount - us;
    seen += count;
    sumUs += us * count;
  }
  return sumUs / seen;
}
