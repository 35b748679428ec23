import { LatencyHistogram } from '../../histogram/latency-histogram.ts';
import type { Measurement } from '../../model/measurement.ts';
import { formatDuration, formatNumber, formatPercent, formatRounded, plural } from '../../model/numbers.ts';
import type { Caveat, Comparison, TrialRecord, Verdict } from '../../record/run-record.ts';
import { binomialTail } from '../statistics/binomial.ts';
import { median } from '../summary.ts';

type Hangs = NonNullable<Comparison['hangs']>;

/** A request hangs that has had no answer for this many times the slowest of a usual round of A, and for at least so long. */
const timesSlowest = 10;
const leastUs = 1_000_000;

/** A generator that stood still has not read what was there: in such a round all that was in flight would seem to hang. */
const ofTheGenerator: readonly Caveat['kind'][] = ['generator-paused', 'generator-saturated', 'generator-refused'];

/** What is more likely by chance than this is no reason to doubt B. */
const doubtful = 0.1;

/**
 * The requests of both sides that hung: without an answer after ten times what is usual for the slowest of A, and at least a second,
 * whether one came later, or the trial ended. What the client gave up on is an error, and no hang.
 * @param warmupMs before the measured time: its requests are watched as well
 * @returns undefined where no request of A, or of B, got anywhere
 */
export function hangsOf(
  allOfA: readonly TrialRecord[],
  allOfB: readonly TrialRecord[],
  warmupMs: number,
): Hangs | undefined {
  const [a, b] = [allOfA, allOfB].map((trials) =>
    trials.filter(({ caveats }) => !caveats.some(({ kind }) => ofTheGenerator.includes(kind))),
  );
  if (!a?.length || !b?.length) return undefined;
  // The slowest of all rounds may be that of a moment in which the machine had no time for anything.
  const slowestUs = median(a.map(({ measurement }) => measurement.latency.maxUs));
  const afterUs = Math.max(leastUs, timesSlowest * slowestUs);
  const [ofA, ofB] = [a, b].map((trials) => ({
    hung: sumOf(trials, (measurement) => hungIn(measurement, afterUs)),
    requests: sumOf(trials, ({ requests, failed, unfinished }) => requests + failed + unfinished),
  }));
  if (!ofA?.requests || !ofB?.requests) return undefined;
  const isClosed = b.every(({ measurement }) => measurement.open === undefined);
  const seenMs = warmupMs + Math.min(...b.map(({ measurement }) => measurement.durationMs));
  return {
    afterMs: afterUs / 1000,
    slowestMs: slowestUs / 1000,
    a: ofA,
    b: ofB,
    ...(isClosed ? { seenMs } : {}),
  };
}

function sumOf(trials: readonly TrialRecord[], countOf: (measurement: Measurement) => number): number {
  return trials.reduce((sum, { measurement }) => sum + countOf(measurement), 0);
}

function hungIn({ latency, waiting }: Measurement, afterUs: number): number {
  const late = latency.maxUs < afterUs ? 0 : countFrom(latency.histogram, afterUs);
  return late + (waiting.longestUs < afterUs ? 0 : countFrom(waiting.histogram, afterUs));
}

function countFrom(histogram: string, us: number): number {
  const values = LatencyHistogram.decode(histogram).values();
  return values.reduce((sum, value) => (value.us >= us ? sum + value.count : sum), 0);
}

/** How likely something would be if B were no worse, and how likely at the most to be a failure. */
export interface Chance {
  readonly of: number;
  readonly failsAt: number;
}

/** A verdict on what was counted, and how likely what was seen would be if B were no worse. */
export interface HangVerdict {
  readonly verdict: Verdict;
  /** From 0 to 1, and below what it fails; undefined where nothing was to be seen. */
  readonly chance?: Chance;
}

/**
 * Judges that B's requests hang no more often than A's: by the exact test of two shares, given how many hung altogether
 * (Przyborowski and Wilenski, 1940), at the confidence of the comparison. Where the rounds are too short to show a hang it is
 * inconclusive.
 * @param share of B's requests that may hang beyond those of A; not judged where it is infinite
 */
export function hangVerdict(
  { scenario, a, b, rounds, hangs, confidence }: Comparison,
  share = 0,
): HangVerdict | undefined {
  if (hangs === undefined || share === Infinity) return undefined;
  const more = share === 0 ? '' : ` + ${formatPercent(share)}`;
  const claim = { scenario, expectation: `hangs(${b.variant}) <= hangs(${a.variant})${more}` };
  const slowest = `the slowest of ${a.name} mostly took ${formatRounded(hangs.slowestMs, 0)} ms`;
  const { hung, requests } = hangs.b;
  if (hung === 0 && hangs.seenMs !== undefined && hangs.seenMs <= hangs.afterMs) {
    const reason = `rounds of ${formatDuration(hangs.seenMs)} show no request that waits for ${formatDuration(hangs.afterMs)} (${slowest})`;
    return { verdict: { ...claim, outcome: 'inconclusive', reason } };
  }
  const allowed = (hangs.a.hung / hangs.a.requests + share) * requests;
  const evidence = { value: hung, limit: allowed, margin: allowed - hung, rounds: Math.min(rounds.a, rounds.b) };
  const failsAt = (1 - confidence) / 2;
  const asLong = `for ${formatDuration(hangs.afterMs)} (${slowest})`;
  if (hung === 0) {
    return {
      verdict: { ...claim, outcome: 'passed', reason: `none had no answer ${asLong}`, evidence },
      chance: { of: 1, failsAt },
    };
  }
  const ofAll = `${formatNumber(hung)} of ${plural(requests, 'request')} had no answer ${asLong}`;
  const reason = `${ofAll}; of ${a.name} ${formatNumber(hangs.a.hung)} of ${formatNumber(hangs.a.requests)}`;
  const chance = chanceOf(hung - share * requests, hangs);
  const outcome = chance <= failsAt ? 'failed' : chance <= doubtful ? 'inconclusive' : 'passed';
  return { verdict: { ...claim, outcome, reason, evidence }, chance: { of: chance, failsAt } };
}

/** How likely so many of those that hung would be B's, if they hung equally often. */
function chanceOf(hung: number, { a, b }: Hangs): number {
  const ofB = Math.max(0, Math.floor(hung));
  return binomialTail(ofB, ofB + a.hung, b.requests / (a.requests + b.requests));
}
