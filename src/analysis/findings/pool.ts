import { shardNamesIn } from '../../metrics/shards.ts';
import { highest, poolSamples } from '../../metrics/timeline.ts';
import { formatNumber, formatRounded, formatValue } from '../../model/numbers.ts';
import { appIn } from '../../model/system.ts';
import {
  aboutDatabase,
  coresOfDatabase,
  coresOfMachine,
  inCores,
  levelOf,
  loopLevel,
  machineLevel,
  ofTotal,
  shareOfP99,
  type TrialView,
  type Level,
} from '../trial-view.ts';
import { timesComputed } from './herd.ts';
import { replicasThrottled } from './machine.ts';
import { slowestReplica } from './replicas.ts';
import { noticeableMs, processesOf, type Found, type Rule } from './rule.ts';

/** What those are told whose requests each open a connection of their own. */
const usePool = 'Use a pool (connections: pool)';

function hasNoPool({ trial: { system } }: TrialView): boolean {
  return appIn(system)?.connections === 'per-request';
}

/** Waiting for a connection, or for it to be opened, is the largest part of p99, and at least 30% of it. */
export const poolWait: Rule = (view) => {
  const pool = shareOfP99(view, 'pool');
  if (!pool?.isLargest || pool.share < 0.3 || pool.partMs < noticeableMs) return undefined;
  if (hasNoPool(view)) {
    return { text: `p99 is the time to connect: ${ofTotal(pool)}.`, next: `${usePool}.`, gain: pool.share };
  }
  const text = `p99 is pool wait: ${ofTotal(pool)}${poolUse(view)}.`;
  return { text, ...poolAdvice(view, pool.share) };
};

function poolUse(view: TrialView): string {
  const size = poolSize(view);
  const { pool_in_use: share } = view.metrics;
  if (size === undefined || share === undefined) return '';
  // The share that the tables have, of the same samples: how often all were in use would be another number.
  return `; ${formatRounded(share * size, 1)} of ${size} connections (${formatValue(share, 'ratio')}) were in use on average`;
}

function poolSize({ telemetry, measurement }: TrialView): number | undefined {
  return poolSamples(telemetry, measurement)[0]?.size;
}

/** Something that more queries at once would run into, and whether it is at its limit; undefined where nobody knows. */
interface Obstacle {
  readonly level: Level | undefined;
  /** What is to be said where it is full. */
  readonly next: string;
}

/** More queries at once help only while nothing else is at its limit; where that is unclear, nothing is said. */
function poolAdvice(view: TrialView, share: number): Omit<Found, 'text'> {
  const obstacles = obstaclesOf(view);
  const full = obstacles.find(({ level }) => level === 'full');
  if (full) return { next: full.next, gain: 0 };
  const size = largerPool(view);
  const larger = size === undefined ? '' : ` (pool: ${size})`;
  if (obstacles.some(({ level }) => level !== 'free')) {
    return { next: `Whether a larger pool helps, a try tells${larger}.`, gain: share / 2 };
  }
  const postgres = coresOfDatabase(view);
  const room = postgres ? `: PostgreSQL used ${inCores(postgres)}` : '';
  return { next: `A larger pool would help${larger}${room}.`, gain: share };
}

function obstaclesOf(view: TrialView): readonly Obstacle[] {
  const { event_loop_utilisation: utilisation = 0, pool_reclaimed: reclaimed = 0 } = view.metrics;
  const postgres = coresOfDatabase(view);
  const machine = coresOfMachine(view);
  const throttled = replicasThrottled(view);
  const slow = slowestReplica(view);
  const times = timesComputed(view) ?? 0;
  const noHelp = (because: string): string => `A larger pool would not help: ${because}.`;
  return [
    {
      level: levelOf(reclaimed, 1, 1),
      next: `A larger pool is no cure: ${formatNumber(reclaimed)} times a connection was not given back, and had to be taken back.`,
    },
    {
      level: levelOf(times, 1.5, 3),
      next: 'A larger pool is no cure: whenever a value expires, more would ask the database for it at once.',
    },
    {
      level: levelOf(slow?.times ?? 1, 1.5, 2),
      next: `A larger pool is no cure: it is ${slow?.replica ?? 'one replica'} that is slow.`,
    },
    // Of a server of the user's own, and where no limit is kept to, nothing is throttled.
    { level: levelOf(throttled ?? 0, 0.05, 0.3), next: noHelp('the replicas are at their CPU limit') },
    { level: loopLevel(view), next: noHelp(`the event loop is full (utilisation ${utilisation.toFixed(2)})`) },
    {
      level: postgres && levelOf(postgres.used / postgres.of, 0.5, 0.8),
      next: postgres ? noHelp(`PostgreSQL is the limit, at ${inCores(postgres)}`) : '',
    },
    { level: machineLevel(view), next: machine ? noHelp(`the machine is full, at ${inCores(machine)}`) : '' },
    { level: mayGrow(view), next: noHelp('PostgreSQL allows no more connections') },
  ];
}

/** PostgreSQL refuses what goes beyond its own limit: a pool that may hardly grow is no larger pool. */
function mayGrow(view: TrialView): Level | undefined {
  const [size, larger] = [poolSize(view), largerPool(view)];
  if (size === undefined || larger === undefined) return undefined;
  return larger < 1.2 * size ? 'full' : 'free';
}

/**
 * Twice as large, as far as PostgreSQL allows it: it keeps some connections for itself and for who watches. Undefined where nobody
 * knows how large it is, or among how many processes they are shared; and where there is one for each of several databases.
 */
function largerPool(view: TrialView): number | undefined {
  const { db_max_connections: allowed = Infinity } = view.telemetry.backends?.gauges ?? {};
  const [size, processes] = [poolSize(view), processesOf(view)];
  const isShared =
    shardNamesIn(view.telemetry).length > 0 || (appIn(view.trial.system)?.reads.from ?? 'primary') !== 'primary';
  if (size === undefined || processes === undefined || isShared) return undefined;
  return Math.min(2 * size, Math.floor((0.9 * allowed) / processes));
}

/** At least 95% of the connections that PostgreSQL allows were open at some time. */
export const connectionLimit: Rule = (view) => {
  const { telemetry, metrics } = view;
  const { gauges = {} } = telemetry.backends ?? {};
  const most = highest(telemetry.timeline, 'backends', 'db_connections') ?? gauges.db_connections;
  const allowed = gauges.db_max_connections ?? highest(telemetry.timeline, 'backends', 'db_max_connections');
  if (most === undefined || allowed === undefined || most < 0.95 * allowed) return undefined;
  const { error_rate: errorRate = 0, pool_rejected: rejected = 0 } = metrics;
  const then = errorRate > 0 || rejected > 0 ? 'refuses more' : 'is close to refusing more';
  const text = `PostgreSQL had ${formatNumber(most)} of its ${formatNumber(allowed)} connections open, and ${then}.`;
  const gain = Math.max(0.2, errorRate);
  const about = aboutDatabase(view);
  if (hasNoPool(view)) return { text, about, next: `Each request opens one of its own. ${usePool}.`, gain };
  const processes = processesOf(view);
  const share = Math.floor((0.9 * allowed) / (processes ?? 1));
  const next =
    processes === undefined ? 'Use smaller pools.' : `Use smaller pools (pool: ${share} at most, in each process).`;
  return { text, about, next, gain };
};
