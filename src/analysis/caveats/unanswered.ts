import type { WorkerLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import { formatDuration, formatNumber, formatValue, plural } from '../../model/numbers.ts';
import type { Trust } from '../../model/scenario.ts';
import type { Caveat } from '../../record/run-record.ts';
import { doubts } from './doubts.ts';
import { aliasesOf, censoredPercentiles } from './percentiles.ts';

type Bounds = NonNullable<Caveat['bounds']>;

const usPerMs = 1000;

/**
 * What requests without an answer could change (docs/decisions/0018). Those that were in flight at the end no longer than answers
 * take are none of them; those that were never sent all are.
 */
export function unansweredCaveats(measurement: Measurement, load: WorkerLoad, trust: Trust): Caveat[] {
  const { waiting, open, requests, failed } = measurement;
  const { overdue } = waiting;
  const { dropped = 0, unsent = 0 } = open ?? {};
  const missing = overdue.requests + unsent;
  const bounds = lossBounds(measurement, missing + dropped);
  const caveats: Caveat[] = [];
  if (open && dropped > 0) {
    const text = `${ofAll(dropped, open.offered)} dropped at the limit of requests in flight: the latencies leave them out`;
    caveats.push({ kind: 'dropped', text, doubts: [...doubts.latencies, ...doubts.losses, ...doubts.totals], bounds });
  }
  if (missing === 0) return caveats;
  const share = Math.max(missing / (requests + failed + missing), timeShare(measurement, load));
  const censored = censoredPercentiles(share);
  // A request without an answer has a latency of at least what it has waited: it can only raise these. Far fewer can change the mean and the worst second than the median: they go with p99. One can change the maximum.
  const slowest = [
    ...censored,
    ...aliasesOf(censored),
    ...(censored.includes('p99') ? ['mean', 'worst_second_p99', 'max'] : ['max']),
  ];
  // What was only never sent has not come in the measured time in any case: the rate of what has is what it is.
  const isRateLess = overdue.requests > 0 && share > trust.shortfall;
  const rates = [...(isRateLess ? doubts.rates : []), ...(share > trust.shortfall ? doubts.server : [])];
  caveats.push({
    kind: 'unfinished',
    text: textOf(measurement, bounds, censored, isRateLess),
    doubts: [...new Set([...doubts.losses, ...doubts.totals, ...slowest, ...rates])],
    bounds: { ...bounds, ...atLeast([...slowest, ...doubts.sums]) },
  });
  return caveats;
}

/**
 * What one request of a closed load shares with the others: a connection that waits for another request does not ask for this one
 * either.
 * @param own the measurement of that request; of what it has waited for itself, {@link unansweredCaveats} tells
 */
export function sharedWaiting(whole: Measurement, own: Measurement, load: WorkerLoad, trust: Trust): Caveat[] {
  if (load.kind !== 'closed' || own.waiting.overdue.requests === whole.waiting.overdue.requests) return [];
  return unansweredCaveats(whole, load, trust).flatMap(({ kind, doubts: doubted }) => {
    const rates = doubted.filter((name) => doubts.rates.includes(name));
    return rates.length === 0 ? [] : [{ kind, text: textOf(whole, {}, [], true), doubts: rates }];
  });
}

/**
 * Of closed load, the share of its connections' time that overdue requests took: while one waits its connection asks for nothing,
 * and what it would have asked for is missing with it (Tene, "How not to measure latency", on coordinated omission).
 */
function timeShare({ waiting: { overdue }, durationMs }: Measurement, load: WorkerLoad): number {
  if (load.kind !== 'closed') return 0;
  const waitedMs = Math.min(overdue.waitedUs / usPerMs, overdue.requests * durationMs);
  return waitedMs / (load.connections * durationMs);
}

/** These can only be higher, nobody knows by how much. */
function atLeast(names: readonly string[]): Bounds {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

/** Errors, were none of the missing answered right. */
function lossBounds({ requests, failed }: Measurement, missing: number): Bounds {
  return {
    errors: { most: failed + missing },
    error_rate: { most: (failed + missing) / (requests + failed + missing) },
  };
}

function textOf(
  { waiting, open }: Measurement,
  { error_rate: errorRate }: Bounds,
  censored: readonly string[],
  isRateLess: boolean,
): string {
  const { requests: overdue, shortestUs } = waiting.overdue;
  const { unsent = 0, unsentLongestUs = 0 } = open ?? {};
  const expected = open?.offered ?? 0;
  const for_ = between(shortestUs / usPerMs, waiting.longestUs / usPerMs);
  const parts = [
    ...(overdue === 0 ? [] : [`${plural(overdue, 'request')} ${have(overdue)} had no answer for ${for_}`]),
    ...(unsent === 0
      ? []
      : [`${ofAll(unsent, expected)} never sent, and due for up to ${formatDuration(unsentLongestUs / usPerMs)}`]),
  ];
  const effects = [
    ...(censored.length === 0 ? [] : [`${censored.join(', ')} may be higher`]),
    ...(isRateLess ? ['RPS is not what the server gives'] : []),
    ...(errorRate?.most === undefined ? [] : [`the error rate may be ${formatValue(errorRate.most, 'ratio')}`]),
  ];
  return `${parts.join(', and ')}: ${effects.join(', ')}`;
}

function have(count: number): string {
  return count === 1 ? 'has' : 'have';
}

function ofAll(count: number, all: number): string {
  return `${formatNumber(count)} of ${plural(all, 'request')} ${count === 1 ? 'was' : 'were'}`;
}

/** "8 s", "2.1 s to 8 s". */
function between(shortestMs: number, longestMs: number): string {
  const [from, to] = [formatDuration(shortestMs), formatDuration(longestMs)];
  return from === to ? to : `${from} to ${to}`;
}
