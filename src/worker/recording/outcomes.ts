import { LatencyHistogram } from '../../histogram/latency-histogram.ts';
import { errorKinds, refusalKinds } from '../../model/failures.ts';
import { statusImbalance } from '../../model/status-balance.ts';
import type { Outcome, RequestOutcome, WorkerResult } from '../protocol.ts';

/** The exact sum: of the requests of a workload, or of workers that shared a load. */
export function sumOutcomes(outcomes: readonly Outcome[]): Outcome {
  const total = (count: (outcome: Outcome) => number): number => sum(outcomes.map(count));
  return {
    requests: total((outcome) => outcome.requests),
    completed: total((outcome) => outcome.completed),
    bytes: total((outcome) => outcome.bytes),
    statuses: sumStatuses(outcomes),
    errors: sumKinds(
      errorKinds,
      outcomes.map(({ errors }) => errors),
    ),
    refusals: sumKinds(
      refusalKinds,
      outcomes.map(({ refusals }) => refusals),
    ),
    unfinished: total((outcome) => outcome.unfinished),
    waiting: sumHistograms(outcomes.map(({ waiting }) => waiting)),
    ended: sumHistograms(outcomes.map(({ ended }) => ended)),
    histogram: sumHistograms(outcomes.map(({ histogram }) => histogram)),
  };
}

/** The sums request by request, in the order in which they are first there. */
export function sumByRequest(outcomes: readonly RequestOutcome[]): RequestOutcome[] {
  return [...new Set(outcomes.map(({ request }) => request))].map((request) => {
    const same = outcomes.filter((outcome) => outcome.request === request);
    return {
      request,
      ...sumOutcomes(same),
      dropped: sum(same.map(({ dropped }) => dropped)),
      unsent: sum(same.map(({ unsent }) => unsent)),
    };
  });
}

/** The sum of encoded histograms, encoded. */
export function sumHistograms(histograms: readonly string[]): string {
  return LatencyHistogram.merge(histograms.map((text) => LatencyHistogram.decode(text))).encode();
}

/** How many requests ended without a right answer. */
export function failedOf({ errors }: Pick<Outcome, 'errors'>): number {
  return sum(Object.values(errors));
}

/** What does not add up in a result; undefined where everything does. */
export function imbalanceOf(result: WorkerResult): string | undefined {
  const { carried, sent, requests, unfinished, byRequest } = result;
  const accounted = requests + failedOf(result) + sum(Object.values(result.refusals)) + unfinished;
  if (carried + sent !== accounted) {
    return `${carried} requests were in flight and ${sent} sent, ${accounted} accounted for`;
  }
  return byRequest.map(statusImbalance).find((text) => text !== undefined) ?? partsImbalance(result);
}

/** All requests are to be the sum of each. */
function partsImbalance(result: WorkerResult): string | undefined {
  const parts = result.byRequest.map(countsOf);
  const whole = countsOf(result);
  const names = new Set([whole, ...parts].flatMap((counts) => [...counts.keys()]));
  for (const name of names) {
    const all = whole.get(name) ?? 0;
    const added = sum(parts.map((counts) => counts.get(name) ?? 0));
    if (all !== added) return `${name}: ${all} in all, ${added} request by request`;
  }
  return undefined;
}

function countsOf(outcome: Outcome): ReadonlyMap<string, number> {
  const { requests, completed, unfinished, bytes, statuses, errors, refusals } = outcome;
  return new Map(Object.entries({ requests, completed, unfinished, bytes, ...statuses, ...errors, ...refusals }));
}

function sumStatuses(outcomes: readonly Outcome[]): Outcome['statuses'] {
  const summed: Record<string, number> = {};
  for (const [status, count] of outcomes.flatMap(({ statuses }) => Object.entries(statuses))) {
    summed[status] = (summed[status] ?? 0) + count;
  }
  return summed;
}

function sumKinds<Kind extends string>(
  kinds: readonly Kind[],
  all: readonly Partial<Record<Kind, number>>[],
): Partial<Record<Kind, number>> {
  const summed: Partial<Record<Kind, number>> = {};
  for (const kind of kinds) {
    const count = sum(all.map((counts) => counts[kind] ?? 0));
    if (count > 0) summed[kind] = count;
  }
  return summed;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
