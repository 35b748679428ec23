import { metrics } from '../../metrics/catalogue.ts';
import type { Metric } from '../../metrics/metric.ts';
import type { ComparedMetric, Comparison, TrialRecord } from '../../record/run-record.ts';
import { trialOfRequest } from '../by-request.ts';
import type { Interval } from '../statistics/interval.ts';
import { rankSumInterval, rankSumP } from '../statistics/rank-sum.ts';
import { leastDifferences, signedRankInterval, signedRankP } from '../statistics/signed-rank.ts';
import { median } from '../summary.ts';
import { differenceText, ratioText } from './comparison-words.ts';
import { deadSidesOf, deathText } from './dead-sides.ts';
import { heededRounds } from './doubted-rounds.ts';
import { hangsOf } from './hangs.ts';

/** What two sides are called, where they come from, and how sure an answer has to be. */
export interface ComparisonSettings extends Pick<
  Comparison,
  'scenario' | 'replicas' | 'a' | 'b' | 'paired' | 'smallest'
> {
  /** How often the numbers can have been looked at. */
  readonly looks: number;
  /** Of each interval, after that was paid for. */
  readonly confidence: number;
  /** Of each round, where it is known. */
  readonly warmupMs?: number;
  /** Metrics that are compared on top of those that always are: wherever a side has them, even if all are 0. */
  readonly asked?: readonly string[];
}

/** A metric of both sides, a value a round; where rounds are paired, those of the same round have the same place. */
interface Values {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** What the client saw; on top come what the copies of the target used and counted metrics of the server, where both sides have them. */
const always = ['rps', 'p50', 'p95', 'p99', 'error_rate'];

/** The metrics that are compared of each request, where there are several. */
export const ofEachRequest: readonly string[] = ['p50', 'p95', 'error_rate'];

/** Below it a difference of error rates is none: one request in a thousand. */
const smallestErrorRate = 0.001;

/** What is estimated from few rounds is told to this many more at most. */
const mostMoreRounds = 200;

/**
 * What B is to A, metric by metric. The unit is the round: requests of one round depend on each other, and a test over them finds
 * differences everywhere (docs/decisions/0013). Ratios are compared by their logarithms, so that twice and half are alike.
 * Where a side gave no right answer nothing is compared.
 */
export function compareTrials(
  settings: ComparisonSettings,
  trialsA: readonly TrialRecord[],
  trialsB: readonly TrialRecord[],
): Comparison {
  const { looks, confidence, asked: _, warmupMs = 0, ...rest } = settings;
  const [a, b] = settings.paired ? pairs(trialsA, trialsB) : [trialsA, trialsB];
  const dead = deadSidesOf(a, b);
  const gap = deathText({ ...rest, dead });
  return {
    ...rest,
    rounds: { a: a.length, b: b.length },
    looks,
    confidence,
    ...(dead === undefined ? {} : { dead }),
    metrics: [
      ...comparable(settings, a, b).map((metric) => compareMetric(settings, metric, a, b, gap)),
      ...requestsOfBoth(a, b).flatMap((request) => compareRequest(settings, request, a, b, gap)),
    ],
    ...(dead === undefined ? { hangs: hangsOf(a, b, warmupMs) } : {}),
    caveats: [],
  };
}

/** The trials of the rounds that both sides have, in the same order. */
function pairs(
  a: readonly TrialRecord[],
  b: readonly TrialRecord[],
): readonly [readonly TrialRecord[], readonly TrialRecord[]] {
  const both = a.flatMap((one) => {
    const other = b.find(({ round }) => round === one.round);
    return other ? [[one, other] as const] : [];
  });
  return [both.map(([one]) => one), both.map(([, other]) => other)];
}

function comparable(
  { replicas, asked = [] }: ComparisonSettings,
  a: readonly TrialRecord[],
  b: readonly TrialRecord[],
): readonly Metric[] {
  const has = (trials: readonly TrialRecord[], name: string): boolean =>
    trials.length > 0 && trials.every((trial) => name in trial.metrics);
  const hasSome = (trials: readonly TrialRecord[], name: string): boolean =>
    trials.some((trial) => name in trial.metrics);
  const says = (name: string): boolean => [...a, ...b].some((trial) => trial.metrics[name] !== 0);
  return metrics.filter(({ name, kind, side, byService, bySearch, ofSeveral }) => {
    if (always.includes(name)) return true;
    if (byService === true) {
      return asked.includes(name) ? hasSome(a, name) || hasSome(b, name) : hasSome(a, name) && hasSome(b, name);
    }
    if (bySearch === true || asked.includes(name)) return has(a, name) || has(b, name);
    if (kind !== 'counted' || side !== 'server' || !has(a, name) || !has(b, name) || !says(name)) return false;
    return replicas > 1 || ofSeveral !== true;
  });
}

/** The requests of a workload that has several, where both sides have them. */
function requestsOfBoth([a]: readonly TrialRecord[], [b]: readonly TrialRecord[]): readonly string[] {
  const names = (trial: TrialRecord | undefined): readonly string[] =>
    (trial?.byRequest ?? []).map(({ request }) => request);
  const both = names(a).filter((name) => names(b).includes(name));
  return both.length > 1 ? both : [];
}

function compareRequest(
  settings: ComparisonSettings,
  request: string,
  a: readonly TrialRecord[],
  b: readonly TrialRecord[],
  why: string | undefined,
): readonly ComparedMetric[] {
  const of = (trials: readonly TrialRecord[]): readonly TrialRecord[] =>
    trials.flatMap((trial) => trialOfRequest(trial, request) ?? []);
  const [ofA, ofB] = [of(a), of(b)];
  return metrics
    .filter(({ name }) => ofEachRequest.includes(name))
    .map((metric) => ({ ...compareMetric(settings, metric, ofA, ofB, why), request }));
}

function compareMetric(
  settings: ComparisonSettings,
  metric: Metric,
  a: readonly TrialRecord[],
  b: readonly TrialRecord[],
  why: string | undefined,
): ComparedMetric {
  const of = (trials: readonly TrialRecord[]): number[] => trials.flatMap((trial) => trial.metrics[metric.name] ?? []);
  const values = { a: of(a), b: of(b) };
  const isRatio = metric.isAbsolute !== true && [...values.a, ...values.b].every((value) => value > 0);
  const base = { metric: metric.name, scale: isRatio ? 'ratio' : 'difference' } as const;
  const heeded = why === undefined ? heededRounds(metric.name, settings, a, b) : { gap: why, isOneSided: false };
  if ('gap' in heeded) {
    const oneSided = heeded.isOneSided ? ({ isOneSided: true } as const) : {};
    return { ...base, ...medians(values), outcome: 'not-measured', text: heeded.gap, ...oneSided };
  }
  const kept = { a: of(heeded.a), b: of(heeded.b) };
  const found = (isRatio ? byRatio : byDifference)(settings, metric, kept);
  const remark = heeded.leftOut === undefined ? {} : { leftOut: heeded.leftOut };
  return { ...base, ...medians(kept), ...found, ...remark };
}

function medians({ a, b }: Values): { a?: number; b?: number } {
  return { ...(a.length === 0 ? {} : { a: median(a) }), ...(b.length === 0 ? {} : { b: median(b) }) };
}

function estimate({ paired, confidence }: ComparisonSettings, { a, b }: Values): Interval & { readonly p: number } {
  if (!paired) return { ...rankSumInterval(a, b, confidence), p: rankSumP(a, b) };
  const differences = a.map((value, round) => (b[round] ?? NaN) - value);
  return { ...signedRankInterval(differences, confidence), p: signedRankP(differences) };
}

type Finding = Pick<ComparedMetric, 'estimate' | 'low' | 'high' | 'p' | 'outcome' | 'moreRounds' | 'text'>;

function byRatio(settings: ComparisonSettings, metric: Metric, { a, b }: Values): Finding {
  const logs = estimate(settings, { a: a.map(Math.log), b: b.map(Math.log) });
  const margin = Math.log1p(settings.smallest);
  const found = outcomeOf(settings, logs, margin, Math.min(a.length, b.length));
  const ratio = { value: Math.exp(logs.value), low: Math.exp(logs.low), high: Math.exp(logs.high) };
  const known = Number.isFinite(logs.high - logs.low) ? ratio : { ...ratio, low: -Infinity };
  return { ...ends(known), p: logs.p, ...found, text: ratioText(settings, metric, ratio, found) };
}

function byDifference(settings: ComparisonSettings, metric: Metric, values: Values): Finding {
  const interval = estimate(settings, values);
  const size = Math.max(median(values.a), median(values.b));
  const margin = metric.isAbsolute === true ? smallestErrorRate : settings.smallest * size;
  const found = outcomeOf(settings, interval, margin, Math.min(values.a.length, values.b.length));
  return { ...ends(interval), p: interval.p, ...found, text: differenceText(settings, metric, interval, found) };
}

/** JSON has no infinity: ends that are not known are not there. */
function ends({ value, low, high }: Interval): Pick<Finding, 'estimate' | 'low' | 'high'> {
  return { estimate: value, ...(low > -Infinity && high < Infinity ? { low, high } : {}) };
}

/**
 * What an interval around "0 is no difference" says: none that matters where all of it lies within the margin; a difference where
 * it excludes 0; otherwise nothing yet.
 */
function outcomeOf(
  { confidence, paired }: ComparisonSettings,
  { value, low, high }: Interval,
  margin: number,
  rounds: number,
): Pick<Finding, 'outcome' | 'moreRounds'> {
  if (low >= -margin && high <= margin) return { outcome: 'same' };
  if (low > 0) return { outcome: 'b-higher' };
  if (high < 0) return { outcome: 'b-lower' };
  const least = paired ? leastDifferences(confidence) : 4;
  if (!Number.isFinite(high - low)) return { outcome: 'unresolved', moreRounds: Math.max(1, least - rounds) };
  // An interval narrows with the root of the rounds. It is narrow enough when it leaves out 0, or stays within the margin.
  const needed = Math.max(Math.abs(value), margin - Math.abs(value));
  const more = rounds * (((high - low) / 2 / needed) ** 2 - 1);
  return { outcome: 'unresolved', moreRounds: Math.min(mostMoreRounds, Math.max(1, Math.ceil(more))) };
}

/** Whether more rounds would tell nothing more of these metrics: each is resolved, or cannot be measured. */
export function isSettled({ metrics: compared }: Comparison, names: readonly string[]): boolean {
  return compared.every(
    ({ metric, request, outcome }) => request !== undefined || !names.includes(metric) || outcome !== 'unresolved',
  );
}

/** Whether it is known of each of these metrics how the sides differ in it. What could not be measured is not known. */
export function isResolved({ metrics: compared }: Comparison, names: readonly string[]): boolean {
  return names.every((name) =>
    compared.some(
      ({ metric, request, outcome }) =>
        metric === name && request === undefined && outcome !== 'unresolved' && outcome !== 'not-measured',
    ),
  );
}
