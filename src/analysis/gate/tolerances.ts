import { findMetric, metrics } from '../../metrics/catalogue.ts';
import { formatNumber } from '../../model/numbers.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import { ofEachRequest } from '../comparison/comparison.ts';

/** How much worse B may be in a metric: a share of A, or for an error rate percentage points as a share of 1. */
export interface Tolerance {
  readonly metric: string;
  /** The request of the workload that it is of; undefined where it is of all of them. */
  readonly request?: string | undefined;
  readonly share: number;
  /** Where it was widened: the noise that a calibration has found. */
  readonly noise?: number | undefined;
  /**
   * Whether a busy machine can hide it: the gate can be decided without it, where what noise does not reach is clear. Not what
   * the user has named: that is wanted.
   */
  readonly isNoisy: boolean;
  /** Whether the user has named it. */
  readonly isAsked: boolean;
}

/** What a gate tolerates by metric, where it is not told otherwise. */
export const defaultShares: Readonly<Record<string, number>> = {
  rps: 0.1,
  p50: 0.1,
  p95: 0.2,
  p99: 0.25,
  error_rate: 0.001,
  cpu_per_request: 0.1,
  memory_end: 0.3,
};
const countedShare = 0.05;

/** So many answers a round put a hundred beyond the percentile: with fewer, it is the luck of a few requests. */
const answersFor: Readonly<Record<string, number>> = { p95: 2_000, p99: 10_000 };

/** What the system uses up: it hardly moves with other work on the machine. */
const used = metrics.filter(({ byService }) => byService === true).map(({ name }) => name);

/** What the user said of tolerances, infinite for what is not judged, and what is known of the machine's noise; by metric. */
export interface GateSettings {
  readonly tolerances: Readonly<Record<string, number>>;
  readonly noise: Readonly<Record<string, number>>;
}

/** The metrics that a gate judges whatever they are, where a side has them: queries, what it is about, what the user names. */
export function askedBy(evidence: readonly string[], { tolerances }: GateSettings): readonly string[] {
  return ['queries_per_request', ...evidence, ...Object.keys(tolerances)];
}

/**
 * The metrics that a gate judges, with their tolerances: RPS, p50, errors; CPU per request, memory, queries per request and the
 * counted metrics that the scenario is about, where a side has them; p95 and p99 where every round has enough answers; latency
 * and errors of each request, where there are several. What the user names comes on top. No tolerance is below the noise that a
 * calibration has found: it could only cry wolf.
 */
export function tolerancesFor(
  evidence: readonly string[],
  trials: readonly TrialRecord[],
  settings: GateSettings,
): readonly Tolerance[] {
  const isKnown = (name: string): boolean => trials.some((trial) => name in trial.metrics);
  const counted = ['queries_per_request', ...evidence].filter((name) => {
    const metric = findMetric(name);
    return metric?.kind === 'counted' && metric.side === 'server' && isKnown(name);
  });
  const isThick = (name: string, answers: (trial: TrialRecord) => number): boolean =>
    trials.every((trial) => answers(trial) >= (answersFor[name] ?? 0));
  const tails = ['p95', 'p99'].filter((name) => isThick(name, ({ measurement }) => measurement.requests));
  const names = new Set([
    ...['rps', 'p50', ...tails, 'error_rate'],
    ...used.filter(isKnown),
    ...counted,
    ...Object.keys(settings.tolerances).filter((name) => name !== 'hangs'),
  ]);
  const requests = requestsIn(trials).flatMap((request) => {
    const answersOf = ({ measurement }: TrialRecord): number =>
      measurement.byRequest.find((outcome) => outcome.request === request)?.requests ?? 0;
    return ofEachRequest
      .filter((metric) => isThick(metric, answersOf))
      .map((metric) => ({ ...toleranceOf(metric, settings), request }));
  });
  const all = [...[...names].map((metric) => toleranceOf(metric, settings)), ...requests];
  return all.filter(({ share }) => share < Infinity);
}

/** The tails that are not judged for want of answers, in a sentence each. */
export function thinTails(trials: readonly TrialRecord[], { tolerances }: GateSettings): readonly string[] {
  const fewest = Math.min(...trials.map(({ measurement }) => measurement.requests));
  return Object.entries(answersFor)
    .filter(([name, answers]) => fewest < answers && !(name in tolerances))
    .map(([name, answers]) => {
      const had = `a round had ${formatNumber(fewest)}: longer rounds, or more connections, give it more`;
      return `${name} not judged: it takes ${formatNumber(answers)} answers in every round, and ${had}`;
    });
}

/** The requests of a workload that has several. */
function requestsIn([first]: readonly TrialRecord[]): readonly string[] {
  const { byRequest = [] } = first ?? {};
  return byRequest.length > 1 ? byRequest.map(({ request }) => request) : [];
}

function toleranceOf(metric: string, { tolerances, noise }: GateSettings): Tolerance {
  const share = tolerances[metric] ?? defaultShares[metric] ?? countedShare;
  const floor = noise[metric] ?? 0;
  const isAsked = metric in tolerances;
  const isNoisy = findMetric(metric)?.kind === 'timed' && !used.includes(metric) && !isAsked;
  const base = { metric, isNoisy, isAsked };
  return floor > share ? { ...base, share: floor, noise: floor } : { ...base, share };
}
