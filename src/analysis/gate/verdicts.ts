import { findMetric } from '../../metrics/catalogue.ts';
import type { Metric } from '../../metrics/metric.ts';
import type { Expectation } from '../../model/expectation.ts';
import { formatNumber, formatRounded } from '../../model/numbers.ts';
import type { Scenario } from '../../model/scenario.ts';
import type { ComparedMetric, Comparison, TrialRecord, Verdict } from '../../record/run-record.ts';
import { deathText } from '../comparison/dead-sides.ts';
import { hangVerdict, type Chance } from '../comparison/hangs.ts';
import { isNoisy, judge as judgeClaim } from '../verdicts.ts';
import type { Tolerance } from './tolerances.ts';

/** A verdict of a gate, and what the gate makes of it. */
export interface Judgement {
  readonly verdict: Verdict;
  /** What B was held to; undefined for hangs, and for claims of the scenario. */
  readonly tolerance?: Tolerance;
  /** Whether noise hides what is so, and nothing speaks for B being worse. */
  readonly isHidden: boolean;
  /** Whether a busy machine can move it that far. */
  readonly isNoisy: boolean;
  /** How strong a reason for fresh rounds it is, where they alone say whether it is so. */
  readonly suspicion?: 'strong' | 'weak';
  /** How likely what was counted would be if B were no worse; undefined where an interval tells. */
  readonly chance?: Chance;
  /** Whether a side has died: no fresh rounds are needed to see that. */
  readonly isBeyondDoubt?: true;
}

/**
 * Judges B by what it is to A: failed only where the near end of the interval is past the tolerance. Where a side gave no right
 * answer nothing is compared: B has failed all of it, or A is no measure for any of it.
 * @param ofHangs the share of requests that may hang beyond those of A
 */
export function judgementsOf(
  comparison: Comparison,
  tolerances: readonly Tolerance[],
  ofHangs?: number,
): readonly Judgement[] {
  const judged = tolerances.flatMap((tolerance) => {
    const metric = findMetric(tolerance.metric);
    if (metric === undefined || isUnknown(comparison, tolerance, metric)) return [];
    return [judge(comparison, tolerance, metric)];
  });
  const hangs = hangVerdict(comparison, ofHangs);
  if (hangs === undefined) return judged;
  const { verdict, chance } = hangs;
  const isHidden = verdict.outcome === 'inconclusive' && verdict.evidence === undefined;
  return [...judged, { verdict, isNoisy: false, isHidden, ...(chance === undefined ? {} : { chance }) }];
}

/** What one of the sides does not tell, as a server that runs already: only who has named it wants it judged. */
function isUnknown({ metrics, dead }: Comparison, { isAsked }: Tolerance, { name, byService }: Metric): boolean {
  const isCompared = dead !== undefined || metrics.some(({ metric }) => metric === name);
  return byService === true && !isAsked && !isCompared;
}

/** Judges the claims of a scenario on B alone, by its trials. */
export function judgeClaims(
  claims: readonly Expectation[],
  scenario: Scenario,
  b: string,
  trials: readonly TrialRecord[],
): readonly Judgement[] {
  const ofB = { ...scenario, variants: scenario.variants.filter(({ name }) => name === b) };
  return claims.map((claim) => {
    const verdict = judgeClaim(claim, ofB, trials);
    const { outcome, evidence } = verdict;
    const isHidden = outcome === 'inconclusive' && isNoisy(claim) && (evidence?.margin ?? 0) >= 0;
    return { verdict: { ...verdict, expectation: `${claim.text} (${b})` }, isNoisy: isNoisy(claim), isHidden };
  });
}

function judge(comparison: Comparison, tolerance: Tolerance, metric: Metric): Judgement {
  const { request, isNoisy: isNoisyMetric } = tolerance;
  const common = { tolerance, isNoisy: isNoisyMetric };
  const compared = comparison.metrics.find((each) => each.metric === metric.name && each.request === request);
  const claim = { scenario: comparison.scenario, expectation: claimText(comparison, tolerance, metric) };
  const death = deathText(comparison);
  if (death !== undefined) {
    const verdict = { ...claim, ...ofDead(comparison, death) };
    return { verdict, ...common, isHidden: false, isBeyondDoubt: true };
  }
  const { estimate, low, high } = compared ?? {};
  if (compared === undefined || estimate === undefined) {
    const reason = compared?.text ?? `${metric.name} was not measured`;
    return {
      verdict: { ...claim, outcome: 'inconclusive', reason },
      ...common,
      isHidden: isNoisyMetric && compared?.isOneSided !== true,
    };
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
  const isWorse = compared.outcome === (metric.better === 'higher' ? 'b-lower' : 'b-higher');
  return {
    verdict: { ...claim, outcome, reason: reasonOf(compared, tolerance, outcome), evidence },
    ...common,
    isHidden: isNoisyMetric && outcome === 'inconclusive' && !isWorse,
  };
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

/** What B / A, or B − A, is held to. */
function limitOf({ share }: Tolerance, metric: Metric, { scale, a = 0 }: ComparedMetric): number {
  const worse = metric.better === 'higher' ? -share : share;
  if (scale === 'ratio') return 1 + worse;
  // An error rate may rise by so much, whatever it is; everything else by a share of what A has.
  return metric.isAbsolute === true ? worse : worse * a;
}

/** The tolerance as a claim in the language of expectations: the same in every batch, whatever was measured. */
function claimText(comparison: Comparison, { share, request }: Tolerance, metric: Metric): string {
  const narrowed = request === undefined ? '' : `, request='${request}'`;
  const of = (side: Comparison['a']): string => `${metric.name}(${sideText(side, comparison)}${narrowed})`;
  const [than, sign] = metric.better === 'higher' ? (['>=', -1] as const) : (['<=', 1] as const);
  const left = `${of(comparison.b)} ${than}`;
  if (metric.isAbsolute === true) return `${left} ${of(comparison.a)} + ${percent(share)}`;
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
