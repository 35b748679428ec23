import { LatencyHistogram } from '../load/histogram.ts';
import { formatDuration, formatNumber, formatPercent, formatRounded, plural } from '../numbers.ts';
import type { Comparison, Measurement, TrialRecord, Verdict } from '../result.ts';
import { median } from './summary.ts';

type Hangs = NonNullable<Comparison['hangs']>;

/** A request hangs that has had no answer for this many times the slowest of a usual round of A, and for at least so long. */
const timesSlowest = 10;
const leastUs = 1_000_000;

/**
 * The requests of both sides that hung: without an answer after ten times what is usual for the slowest of A, and at least a second,
 * whether one came later, the client gave up on it, or the trial ended. A time-out is no measure: it may be longer than a round.
 * @returns undefined where no request of A, or of B, got anywhere
 */
export function hangsOf(a: readonly TrialRecord[], b: readonly TrialRecord[]): Hangs | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  // The slowest of all rounds may be that of a moment in which the machine had no time for anything.
  const slowestUs = median(a.map(({ measurement }) => measurement.latency.maxUs));
  const afterUs = Math.max(leastUs, timesSlowest * slowestUs);
  const [ofA, ofB] = [a, b].map((trials) => ({
    hung: sumOf(trials, (measurement) => hungIn(measurement, afterUs)),
    requests: sumOf(trials, ({ requests, failed, unfinished }) => requests + failed + unfinished),
  }));
  if (!ofA?.requests || !ofB?.requests) return undefined;
  return { afterMs: afterUs / 1000, slowestMs: slowestUs / 1000, a: ofA, b: ofB };
}

function sumOf(trials: readonly TrialRecord[], countOf: (measurement: Measurement) => number): number {
  return trials.reduce((sum, { measurement }) => sum + countOf(measurement), 0);
}

function hungIn({ latency, waiting, errors }: Measurement, afterUs: number): number {
  const late = latency.maxUs < afterUs ? 0 : countFrom(latency.histogram, afterUs);
  const open = waiting.longestUs < afterUs ? 0 : countFrom(waiting.histogram, afterUs);
  return late + open + (errors['timed-out'] ?? 0);
}

function countFrom(histogram: string, us: number): number {
  const values = LatencyHistogram.decode(histogram).values();
  return values.reduce((sum, value) => (value.us >= us ? sum + value.count : sum), 0);
}

/**
 * Judges that B's requests hang no more often than A's.
 * @param share of B's requests that may hang beyond that; not judged where it is infinite
 */
export function hangVerdict({ scenario, a, b, rounds, hangs }: Comparison, share = 0): Verdict | undefined {
  if (hangs === undefined || share === Infinity) return undefined;
  const more = share === 0 ? '' : ` + ${formatPercent(share)}`;
  const claim = { scenario, expectation: `hangs(${b.variant}) <= hangs(${a.variant})${more}` };
  const { hung, requests } = hangs.b;
  const shareOfA = hangs.a.requests === 0 ? 0 : hangs.a.hung / hangs.a.requests;
  const allowed = (shareOfA + share) * requests;
  const evidence = { value: hung, limit: allowed, margin: allowed - hung, rounds: Math.min(rounds.a, rounds.b) };
  const slowest = formatRounded(hangs.slowestMs, 0);
  const asLong = `for ${formatDuration(hangs.afterMs)} (the slowest of ${a.name} mostly took ${slowest} ms)`;
  if (hung === 0) return { ...claim, outcome: 'passed', reason: `none had no answer ${asLong}`, evidence };
  const ofAll = `${formatNumber(hung)} of ${plural(requests, 'request')} had no answer ${asLong}`;
  const reason = `${ofAll}; of ${a.name} ${formatNumber(hangs.a.hung)} of ${formatNumber(hangs.a.requests)}`;
  return { ...claim, outcome: outcomeOf(hung, allowed), reason, evidence };
}

/** Where A's hang as well, chance has a say: B's have to be more by three times the spread of such a count (Poisson). */
function outcomeOf(hung: number, allowed: number): Verdict['outcome'] {
  if (hung <= allowed) return 'passed';
  return hung > allowed + 3 * Math.sqrt(allowed) ? 'failed' : 'inconclusive';
}
