import { formatNumber, formatPercent } from '../../model/numbers.ts';
import { actsOn } from '../../model/plan.ts';
import { testedName } from '../../model/system.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import { median } from '../summary.ts';
import type { TrialView } from '../trial-view.ts';
import { noticeableMs, type Found, type Rule } from './rule.ts';

/** From here on a replica is slow, as a multiple of what the others take. */
const slowTimes = 2;

/** A replica that takes longer than the others, and what they take. */
export interface SlowReplica {
  readonly replica: string;
  readonly ms: number;
  readonly othersMs: number;
  readonly times: number;
}

/** What a replica has served. */
interface Served {
  readonly replica: string;
  readonly share: number;
  /** Mean time of its handlers; undefined where it does not tell. */
  readonly ms: number | undefined;
}

/** What each replica has served, the smallest share first; none where that cannot be compared. */
function servedBy({ replicas, lost, silent, left }: Telemetry): readonly Served[] {
  // The shares of those that told are not the shares of all; one that came late, or left, need not have served as much.
  if (lost.length > 0 || silent.length > 0 || left !== undefined) return [];
  const counts = replicas.map(({ counters }) => counters.http_requests_total ?? 0);
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return [];
  return replicas
    .map(({ replica, counters }, index) => {
      const { http_request_duration_seconds_sum: seconds, http_request_duration_seconds_count: count = 0 } = counters;
      const ms = seconds === undefined || count === 0 ? undefined : (seconds / count) * 1000;
      return { replica, share: (counts[index] ?? 0) / all, ms };
    })
    .sort((one, other) => one.share - other.share);
}

/** The replica that is slowest, where all of several tell of their times. */
export function slowestReplica({ telemetry }: Pick<TrialView, 'telemetry'>): SlowReplica | undefined {
  const told = servedBy(telemetry).flatMap(({ replica, ms }) => (ms === undefined ? [] : [{ replica, ms }]));
  const [slowest, ...others] = told.sort((one, other) => other.ms - one.ms);
  if (!slowest || others.length === 0 || told.length < telemetry.replicas.length) return undefined;
  const othersMs = median(others.map(({ ms }) => ms));
  return { ...slowest, othersMs, times: othersMs === 0 ? 1 : slowest.ms / othersMs };
}

/** Whether the balancer sends fewer requests to whom is slow. */
function spares({ trial: { system } }: TrialView): boolean {
  const method = 'balancer' in system ? system.balancer?.method : undefined;
  return method === 'least-connections' || method === 'random-two';
}

/** What was done to one of them, or to what they wait for, shows in their times and shares, and is known. */
function isActedOn({ trial: { system } }: TrialView): boolean {
  return actsOn(system).length > 0;
}

/** A replica takes at least twice as long as the others. */
export const slowReplica: Rule = (view) => {
  if (isActedOn(view)) return undefined;
  const slow = slowestReplica(view);
  if (!slow || slow.times < slowTimes || slow.ms - slow.othersMs < noticeableMs) return undefined;
  const share = servedBy(view.telemetry).find(({ replica }) => replica === slow.replica)?.share ?? 0;
  const takes = `${slow.replica} takes ${formatNumber(slow.ms)} ms for a request, the others ${formatNumber(slow.othersMs)} ms`;
  const look = 'find out what holds it up';
  const about = { service: testedName(view.trial.system), copy: slow.replica };
  const gain = 1 - 1 / slow.times;
  if (spares(view)) {
    const text = `${takes}; the balancer spares it, with ${formatPercent(share)} of the requests.`;
    return { text, about, next: `Leave the balancer as it is, and ${look}.`, gain: gain * share };
  }
  const text = `${takes}; it is sent ${formatPercent(share)} of the requests, as if it were as fast.`;
  return { text, about, next: `Spare it (balancer: least-connections), and ${look}.`, gain };
};

/** A replica has less than half of its fair share of the requests, or more than one and a half, and it is not that a slow one is spared. */
export const unevenReplicas: Rule = (view) => {
  if (isActedOn(view)) return undefined;
  const served = servedBy(view.telemetry);
  const [least] = served;
  const most = served.at(-1);
  const fair = 1 / served.length;
  if (!least || !most || (least.share >= 0.5 * fair && most.share <= 1.5 * fair)) return undefined;
  if (spares(view) && isSlowest(least.replica, view)) return undefined;
  const extremes = `${least.replica} served ${formatPercent(least.share)} of the requests, ${most.replica} ${formatPercent(most.share)}`;
  const text = `${extremes}; a fair share is ${formatPercent(fair)}.`;
  return {
    text,
    about: { service: testedName(view.trial.system) },
    ...unevenAdvice(view),
    gain: 1 - fair / most.share,
  };
};

/** With a margin below that of the rule: a share that follows from speed is no fault, however little it is. */
function isSlowest(replica: string, view: TrialView): boolean {
  const slow = slowestReplica(view);
  return slow?.replica === replica && slow.times > 1.2;
}

function unevenAdvice({ trial: { system } }: TrialView): Pick<Found, 'next'> {
  const method = 'balancer' in system ? system.balancer?.method : undefined;
  switch (method) {
    case 'ip-hash':
      return { next: 'All requests of one address go to one replica: deal them out in turn (balancer: round-robin).' };
    case undefined:
      return { next: 'Where connections are dealt out and not requests, open more, or new ones (keep-alive: false).' };
    case 'round-robin':
    case 'least-connections':
    case 'random-two':
      return { next: 'Find out whether those with fewer were there, and ready, all the time.' };
  }
}
