import { formatPercent, plural } from '../../model/numbers.ts';
import type { Scenario, Variant } from '../../model/scenario.ts';
import { autoscaleIn } from '../../model/system.ts';
import type { Scaling, TrialRecord } from '../../record/run-record.ts';
import { median } from '../summary.ts';
import { fitLaw } from './fit.ts';
import { estimateLaw, type LawEstimates } from './intervals.ts';
import { lawAt, type LawParameters, type Sample } from './law.ts';

/** A curve with three parameters through fewer counts fits whatever they are. */
const leastCounts = 4;
const leastRounds = 2;
/** A server that refuses requests is quick. */
const mostErrors = 0.01;
/** The share of the variation of RPS (of its logarithm) that the law has to explain, and how far it may miss a point. */
const leastDetermination = 0.9;
const mostMiss = 0.15;
/** A peak that is further away than this, as a multiple of the largest count, is a guess. */
const mostBeyond = 4;

/** Trials of one variant at one count. */
interface Point {
  readonly count: number;
  readonly trials: readonly TrialRecord[];
}

/** The points of one curve. */
interface Curve {
  readonly scenario: string;
  readonly variant: string;
  readonly over: Scaling['over'];
  readonly points: readonly Point[];
}

/**
 * How each variant scales over its replica counts, and variants that differ in their connections alone over those: the points, and
 * the Universal Scalability Law through them, or why there is none. What was run at one or two counts is no curve.
 */
export function scalingOf(scenarios: readonly Scenario[], trials: readonly TrialRecord[]): Scaling[] {
  const curves = scenarios.flatMap((scenario) => {
    const ofScenario = trials.filter((trial) => trial.scenario === scenario.name);
    return [...overReplicas(scenario, ofScenario), ...overConnections(scenario, ofScenario)];
  });
  return curves.filter(({ points }) => points.length > 2).map(fit);
}

function overReplicas({ name, variants }: Scenario, trials: readonly TrialRecord[]): readonly Curve[] {
  const fixed = variants.filter(({ system }) => autoscaleIn(system) === undefined);
  return fixed.map((variant) => {
    const own = trials.filter((trial) => trial.variant === variant.name);
    const counts = [...new Set(own.map(({ replicas }) => replicas))].sort((one, other) => one - other);
    const points = counts.map((count) => ({ count, trials: own.filter(({ replicas }) => replicas === count) }));
    return { scenario: name, variant: variant.name, over: 'replicas', points };
  });
}

/** What a variant is apart from its connections, and how many it has; undefined where its load is not closed. */
function connectionsOf({ system, load }: Variant, scenario: Scenario): { key: string; count: number } | undefined {
  const own = load ?? scenario.load;
  if (own.kind !== 'closed') return undefined;
  return { key: JSON.stringify([system, { ...own, connections: 0 }]), count: own.connections };
}

function overConnections(scenario: Scenario, trials: readonly TrialRecord[]): readonly Curve[] {
  const [replicas, another] = scenario.replicas;
  if (replicas === undefined || another !== undefined) return [];
  const families = new Map<string, Map<number, Variant>>();
  for (const variant of scenario.variants) {
    const connections = connectionsOf(variant, scenario);
    if (!connections) continue;
    const family = families.get(connections.key) ?? new Map<number, Variant>();
    families.set(connections.key, family.set(connections.count, variant));
  }
  return [...families.values()].map((family) => {
    const sorted = [...family].sort(([one], [other]) => one - other);
    const points = sorted.map(([count, { name }]) => ({ count, trials: trials.filter((it) => it.variant === name) }));
    const names = sorted.map(([, { name }]) => name);
    return { scenario: scenario.name, variant: names.join(', '), over: 'connections', points };
  });
}

function rpsOf({ trials }: Point): readonly number[] {
  return trials.flatMap((trial) => trial.metrics.rps ?? []);
}

function fit(curve: Curve): Scaling {
  const { scenario, variant, over } = curve;
  const refusal = refusalOf(curve);
  const samples = curve.points.flatMap((point): Sample[] => rpsOf(point).map((rps) => ({ count: point.count, rps })));
  if (refusal !== undefined) return { scenario, variant, over, points: pointsOf(curve, undefined), refusal };
  const law = fitLaw(samples);
  const points = pointsOf(curve, law.perOne);
  const determination = determinationOf(samples, law);
  const poor = poorFit(curve, samples, law, determination);
  if (poor !== undefined) return { scenario, variant, over, points, refusal: poor };
  const estimates = estimateLaw(samples, law);
  const { perOne, contention, coherency, curve: band } = estimates;
  const counts = curve.points.map(({ count }) => count);
  return {
    scenario,
    variant,
    over,
    points,
    law: { perOne, contention, coherency, curve: [...band], ...peak(estimates, Math.max(...counts)), determination },
  };
}

/** Only a peak that the data enclose, not far beyond them. */
function peak({ peakCount, peakRps }: LawEstimates, largest: number) {
  return peakCount.high <= largest * mostBeyond ? { peak: { count: peakCount, rps: peakRps } } : {};
}

function pointsOf({ points }: Curve, perOne: number | undefined): Scaling['points'] {
  const values = points.map((point) => ({ count: point.count, all: rpsOf(point) }));
  const [first] = values;
  // Without a law the smallest count is the measure.
  const base = perOne ?? (first ? median(first.all) / first.count : NaN);
  return values.map(({ count, all }) => {
    const rps = median(all);
    const efficiency = base > 0 ? rps / (base * count) : 0;
    return { count, rps, low: Math.min(...all), high: Math.max(...all), efficiency };
  });
}

/** Why a curve cannot be fitted, before it is tried. */
function refusalOf({ points, over }: Curve): string | undefined {
  const noun = over === 'replicas' ? 'replica' : 'connection';
  if (points.length < leastCounts) {
    return `a law takes at least ${leastCounts} different counts of ${noun}s, and there are ${points.length}`;
  }
  const rounds = Math.min(...points.map(({ trials }) => trials.length));
  if (rounds < leastRounds) return `a law takes at least ${leastRounds} rounds, to know what chance does`;
  for (const point of points) {
    const at = `at ${plural(point.count, noun)}`;
    for (const { caveats, metrics } of point.trials) {
      const doubt = caveats.find(({ doubts }) => doubts.includes('rps'));
      if (doubt) return `${at} ${doubt.text}`;
      if ((metrics.error_rate ?? 0) > mostErrors)
        return `${at} ${formatPercent(metrics.error_rate ?? 0)} of the requests failed`;
    }
    if (rpsOf(point).length < point.trials.length || rpsOf(point).some((rps) => rps <= 0))
      return `${at} nothing was answered`;
  }
  return undefined;
}

function determinationOf(samples: readonly Sample[], law: LawParameters): number {
  const logs = samples.map(({ rps }) => Math.log(rps));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const total = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const rest = samples.reduce((sum, { count, rps }) => sum + Math.log(rps / lawAt(law, count)) ** 2, 0);
  return total === 0 ? 0 : 1 - rest / total;
}

/** Why a fit is not to be believed. */
function poorFit(
  { points }: Curve,
  samples: readonly Sample[],
  law: LawParameters,
  determination: number,
): string | undefined {
  const misses = points.map((point) => ({
    count: point.count,
    miss: Math.abs(median(rpsOf(point)) / lawAt(law, point.count) - 1),
  }));
  const [worst] = misses.sort((one, other) => other.miss - one.miss);
  if (worst && worst.miss > mostMiss) {
    return `the points do not lie on such a curve: it misses the one at ${worst.count} by ${formatPercent(worst.miss)}`;
  }
  if (determination >= leastDetermination) return undefined;
  const all = samples.map(({ rps }) => rps);
  const span = Math.max(...all) / Math.min(...all);
  return span < 1.5
    ? `RPS hardly changes with the count (by ${formatPercent(span - 1)} in all): there is no curve to fit`
    : `the curve explains only ${formatPercent(Math.max(0, determination))} of how RPS varies`;
}
