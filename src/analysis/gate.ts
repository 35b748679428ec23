import { findMetric, type Metric } from '../metrics.ts';
import { formatNumber, formatRounded } from '../numbers.ts';
import type { ComparedMetric, Comparison, TrialRecord, Verdict } from '../result.ts';
import { deathText } from './dead-sides.ts';

/** How much worse B may be in a metric: a share of A, or for an error rate percentage points as a share of 1. */
export interface Tolerance {
  readonly metric: string;
  readonly share: number;
  /** Where it was widened: the noise that a calibration has found. */
  readonly noise?: number | undefined;
}

/** What a gate tolerates by metric, where it is not told otherwise. */
const defaultShares: Readonly<Record<string, number>> = { rps: 0.1, p50: 0.1, error_rate: 0.001, p99: 0.25 };
const countedShare = 0.05;

/** So many answers a round put a hundred beyond p99: with fewer, it is the luck of a few requests. */
const answersForP99 = 10_000;

/** What the user said of tolerances, and what is known of the machine's noise; by metric. */
export interface GateSettings {
  readonly tolerances: Readonly<Record<string, number>>;
  readonly noise: Readonly<Record<string, number>>;
}

/** The metrics that a gate judges whatever they are, where a side has them: queries, what it is about, what the user names. */
export function askedBy(evidence: readonly string[], { tolerances }: GateSettings): readonly string[] {
  return ['queries_per_request', ...evidence, ...Object.keys(tolerances)];
}

/**
 * The metrics that a gate judges, with their tolerances: p50, RPS, errors, queries per request and the counted metrics that the
 * scenario is about; p99 only where every round has enough answers. What the user names comes on top. No tolerance is below
 * the noise that a calibration has found: it could only cry wolf.
 */
export function tolerancesFor(
  evidence: readonly string[],
  trials: readonly TrialRecord[],
  { tolerances, noise }: GateSettings,
): readonly Tolerance[] {
  const counted = ['queries_per_request', ...evidence].filter((name) => {
    const metric = findMetric(name);
    return metric?.kind === 'counted' && metric.side === 'server' && trials.some((trial) => name in trial.metrics);
  });
  const p99 = trials.every(({ measurement }) => measurement.requests >= answersForP99) ? ['p99'] : [];
  const names = new Set(['rps', 'p50', 'error_rate', ...p99, ...counted, ...Object.keys(tolerances)]);
  return [...names].map((metric) => {
    const share = tolerances[metric] ?? defaultShares[metric] ?? countedShare;
    const floor = noise[metric] ?? 0;
    return floor > share ? { metric, share: floor, noise: floor } : { metric, share };
  });
}

/**
 * Judges B by what it is to A: failed only where the near end of the interval is past the tolerance. Where a side gave no right
 * answer nothing is compared: B has failed all of it, or A is no measure for any of it.
 */
export function gateVerdicts(comparison: Comparison, tolerances: readonly Tolerance[]): Verdict[] {
  return tolerances.flatMap((tolerance) => {
    const metric = findMetric(tolerance.metric);
    return metric === undefined ? [] : [judge(comparison, tolerance, metric)];
  });
}

function judge(comparison: Comparison, tolerance: Tolerance, metric: Metric): Verdict {
  const compared = comparison.metrics.find((each) => each.metric === metric.name);
  const claim = {
    scenario: comparison.scenario,
    expectation: claimText(comparison, tolerance, metric),
  };
  const death = deathText(comparison);
  if (death !== undefined) return { ...claim, ...ofDead(comparison, death) };
  const { estimate, low, high } = compared ?? {};
  if (compared === undefined || estimate === undefined) {
    return { ...claim, outcome: 'inconclusive', reason: compared?.text ?? `${metric.name} was not measured` };
  }
  const limit = limitOf(tolerance, metric, compared);
  const sign = metric.better === 'higher' ? -1 : 1;
  const inside = (value: number): boolean => (value - limit) * sign <= 0;
  const evidence = {
    value: estimate,
    limit,
    ...(low === undefined ? {} : { low }),
    ...(high === undefined ? {} : { high }),
    margin: ((limit - estimate) * sign) / (limit === 0 ? 1 : Math.abs(limit)),
    rounds: Math.min(comparison.rounds.a, comparison.rounds.b),
  };
  const outcome = outcomeIn(low, high, inside);
  return { ...claim, outcome, reason: reasonOf(compared, tolerance, outcome), evidence };
}

function ofDead({ dead }: Comparison, death: string): Pick<Verdict, 'outcome' | 'reason'> {
  if (dead?.a === undefined) return { outcome: 'failed', reason: death };
  return { outcome: 'inconclusive', reason: `the base is broken, so there is nothing to judge by: ${death}` };
}

/** Both ends of an interval have to be on one side; without an interval nothing is known. */
function outcomeIn(
  low: number | undefined,
  high: number | undefined,
  inside: (value: number) => boolean,
): Verdict['outcome'] {
  if (low === undefined || high === undefined || inside(low) !== inside(high)) return 'inconclusive';
  return inside(low) ? 'passed' : 'failed';
}

/** An error rate may rise by so much, whatever it is; everything else by a share of what A has. */
function isAbsolute({ name }: Metric): boolean {
  return name === 'error_rate';
}

/** What B / A, or B − A, is held to. */
function limitOf({ share }: Tolerance, metric: Metric, { scale, a = 0 }: ComparedMetric): number {
  const worse = metric.better === 'higher' ? -share : share;
  if (scale === 'ratio') return 1 + worse;
  return isAbsolute(metric) ? worse : worse * a;
}

/** The tolerance as a claim in the language of expectations: the same in every batch, whatever was measured. */
function claimText(comparison: Comparison, { share }: Tolerance, metric: Metric): string {
  const of = (side: Comparison['a']): string => `${metric.name}(${sideText(side, comparison)})`;
  const [than, sign] = metric.better === 'higher' ? (['>=', -1] as const) : (['<=', 1] as const);
  const left = `${of(comparison.b)} ${than}`;
  if (isAbsolute(metric)) return `${left} ${of(comparison.a)} + ${percent(share)}`;
  return `${left} ${formatNumber(1 + sign * share)} * ${of(comparison.a)}`;
}

/** Two runs have the same variant, and may have it at several replica counts. */
function sideText({ name, variant, run }: Comparison['a'], { replicas }: Comparison): string {
  return run === undefined ? variant : `${variant} ×${replicas}, ${name}`;
}

/** Tolerances of an error rate are less than one per cent. */
function percent(share: number): string {
  return `${formatRounded(share * 100, 2)}%`;
}

/** The outcome in words; where the comparison cannot tell which is higher, the numbers that are held against the tolerance. */
function reasonOf(compared: ComparedMetric, { noise }: Tolerance, outcome: Verdict['outcome']): string {
  const { text, low, high, scale } = compared;
  const isTold = compared.outcome !== 'unresolved' || low === undefined || high === undefined;
  const what = scale === 'ratio' ? 'B / A' : 'B - A';
  const range = isTold ? text : `${what} is ${formatNumber(low)} to ${formatNumber(high)}`;
  const words = isTold || outcome === 'passed' ? range : `${range}: ${text}`;
  return noise === undefined ? words : `${words}; the tolerance is the noise of this machine, ${percent(noise)}`;
}

/** Whether fresh rounds are to confirm it: a failure by numbers, which may be chance. That there was no right answer is none. */
export function isToBeConfirmed({ outcome, evidence }: Verdict): boolean {
  return outcome === 'failed' && evidence !== undefined;
}

/** What is left of a first batch's verdicts after a fresh one: a failure stands only where both have it, or B has died. */
export function confirmed(first: readonly Verdict[], fresh: readonly Verdict[]): Verdict[] {
  return first.map((verdict) => {
    const again = fresh.find(
      ({ scenario, expectation }) => scenario === verdict.scenario && expectation === verdict.expectation,
    );
    if (again?.outcome === 'failed' && !isToBeConfirmed(again)) return again;
    if (!isToBeConfirmed(verdict)) return verdict;
    const rounds = `${again?.evidence?.rounds ?? 0} fresh rounds`;
    if (again?.outcome === 'failed') return { ...verdict, reason: `${verdict.reason}; ${rounds} confirm it` };
    const reason = `${verdict.reason}; ${rounds} do not confirm it: ${again?.reason ?? 'they were not measured'}`;
    return { ...verdict, outcome: 'inconclusive', reason };
  });
}
