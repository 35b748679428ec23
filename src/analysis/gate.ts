import { findMetric, type Metric } from '../metrics.ts';
import { formatNumber, formatPercent, formatValue } from '../numbers.ts';
import type { ComparedMetric, Comparison, TrialRecord, Verdict } from '../result.ts';

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

/** Judges B by what it is to A: failed only where the near end of the interval is past the tolerance. */
export function gateVerdicts(comparison: Comparison, tolerances: readonly Tolerance[]): Verdict[] {
  return tolerances.flatMap((tolerance) => {
    const metric = findMetric(tolerance.metric);
    return metric === undefined ? [] : [judge(comparison, tolerance, metric)];
  });
}

function judge(comparison: Comparison, tolerance: Tolerance, metric: Metric): Verdict {
  const compared = comparison.metrics.find((each) => each.metric === metric.name);
  const scale = compared?.scale ?? 'ratio';
  const claim = {
    scenario: comparison.scenario,
    expectation: claimText(comparison, tolerance, metric, scale),
  };
  const { estimate, low, high } = compared ?? {};
  if (compared === undefined || estimate === undefined) {
    return { ...claim, outcome: 'inconclusive', reason: compared?.text ?? `${metric.name} was not measured` };
  }
  const limit = limitOf(tolerance, metric, scale);
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
  const reason = reasonOf(compared, tolerance);
  if (low === undefined || high === undefined) return { ...claim, outcome: 'inconclusive', reason, evidence };
  const outcome = inside(low) && inside(high) ? 'passed' : inside(low) || inside(high) ? 'inconclusive' : 'failed';
  return { ...claim, outcome, reason, evidence };
}

function limitOf({ share }: Tolerance, { better }: Metric, scale: ComparedMetric['scale']): number {
  const worse = better === 'higher' ? -share : share;
  return scale === 'ratio' ? 1 + worse : worse;
}

/** The tolerance as a claim in the language of expectations. */
function claimText({ a, b }: Comparison, tolerance: Tolerance, metric: Metric, scale: ComparedMetric['scale']): string {
  const limit = limitOf(tolerance, metric, scale);
  const than = metric.better === 'higher' ? '>=' : '<=';
  const [ofA, ofB] = [a, b].map(({ variant }) => `${metric.name}(${variant})`);
  if (scale === 'ratio') return `${String(ofB)} ${than} ${formatNumber(limit)} * ${String(ofA)}`;
  const points = metric.unit === 'ratio' ? formatValue(Math.abs(limit), 'ratio') : formatNumber(Math.abs(limit));
  return `${String(ofB)} ${than} ${String(ofA)} ${limit < 0 ? '-' : '+'} ${points}`;
}

function reasonOf({ text }: ComparedMetric, { noise }: Tolerance): string {
  return noise === undefined ? text : `${text}; the tolerance is the noise of this machine, ${formatPercent(noise)}`;
}

/** What is left of a first batch's verdicts after a fresh one: a failure stands only where both have it. */
export function confirmed(first: readonly Verdict[], fresh: readonly Verdict[]): Verdict[] {
  return first.map((verdict) => {
    if (verdict.outcome !== 'failed') return verdict;
    const again = fresh.find(({ expectation }) => expectation === verdict.expectation);
    const rounds = `${again?.evidence?.rounds ?? 0} fresh rounds`;
    if (again?.outcome === 'failed') return { ...verdict, reason: `${verdict.reason}; ${rounds} confirm it` };
    const reason = `${verdict.reason}; ${rounds} do not confirm it: ${again?.reason ?? 'they were not measured'}`;
    return { ...verdict, outcome: 'inconclusive', reason };
  });
}
