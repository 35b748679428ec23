import { formatNumber, formatRounded, formatValue } from '../../numbers.ts';
import { highest, poolSamples } from '../timeline.ts';
import {
  coresOf,
  coresOfMachine,
  inCores,
  levelOf,
  loopLevel,
  machineLevel,
  ofTotal,
  shareOfP99,
  type Evidence,
  type Level,
} from '../evidence.ts';
import { timesComputed } from './herd.ts';
import { replicasThrottled } from './machine.ts';
import { slowestReplica } from './replicas.ts';
import { noticeableMs, processesOf, type Found, type Rule } from './rule.ts';

/** Waiting for a connection is the largest part of p99, and at least 30% of it. */
export const poolWait: Rule = (evidence) => {
  const pool = shareOfP99(evidence, 'pool');
  if (!pool?.isLargest || pool.share < 0.3 || pool.partMs < noticeableMs) return undefined;
  const text = `p99 is pool wait: ${ofTotal(pool)}${poolUse(evidence)}.`;
  return { text, ...poolAdvice(evidence, pool.share) };
};

function poolUse(evidence: Evidence): string {
  const size = poolSize(evidence);
  const { pool_in_use: share } = evidence.metrics;
  if (size === undefined || share === undefined) return '';
  // The share that the tables have, of the same samples: how often all were in use would be another number.
  return `; ${formatRounded(share * size, 1)} of ${size} connections (${formatValue(share, 'ratio')}) were in use on average`;
}

function poolSize({ telemetry, measurement }: Evidence): number | undefined {
  return poolSamples(telemetry, measurement)[0]?.size;
}

/** Something that more queries at once would run into, and whether it is at its limit; undefined where nobody knows. */
interface Obstacle {
  readonly level: Level | undefined;
  /** What is to be said where it is full. */
  readonly next: string;
}

/** More queries at once help only while nothing else is at its limit; where that is unclear, nothing is said. */
function poolAdvice(evidence: Evidence, share: number): Omit<Found, 'text'> {
  const obstacles = obstaclesOf(evidence);
  const full = obstacles.find(({ level }) => level === 'full');
  if (full) return { next: full.next, gain: 0 };
  const size = poolSize(evidence);
  const larger = size === undefined ? '' : ` (pool: ${largerPool(evidence, size)})`;
  if (obstacles.some(({ level }) => level !== 'free')) {
    return { next: `Whether a larger pool helps, a try tells${larger}.`, gain: share / 2 };
  }
  const postgres = coresOf(evidence, 'postgres');
  const room = postgres ? `: PostgreSQL used ${inCores(postgres)}` : '';
  return { next: `A larger pool would help${larger}${room}.`, gain: share };
}

function obstaclesOf(evidence: Evidence): readonly Obstacle[] {
  const { event_loop_utilisation: utilisation = 0 } = evidence.metrics;
  const postgres = coresOf(evidence, 'postgres');
  const machine = coresOfMachine(evidence);
  const throttled = replicasThrottled(evidence);
  const slow = slowestReplica(evidence);
  const times = timesComputed(evidence) ?? 0;
  const noHelp = (because: string): string => `A larger pool would not help: ${because}.`;
  return [
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
    { level: loopLevel(evidence), next: noHelp(`the event loop is full (utilisation ${utilisation.toFixed(2)})`) },
    {
      level: postgres && levelOf(postgres.used / postgres.of, 0.5, 0.8),
      next: postgres ? noHelp(`PostgreSQL is the limit, at ${inCores(postgres)}`) : '',
    },
    { level: machineLevel(evidence), next: machine ? noHelp(`the machine is full, at ${inCores(machine)}`) : '' },
    { level: mayGrow(evidence), next: noHelp('PostgreSQL allows no more connections') },
  ];
}

/** PostgreSQL refuses what goes beyond its own limit: a pool that may hardly grow is no larger pool. */
function mayGrow(evidence: Evidence): Level {
  const size = poolSize(evidence);
  return size !== undefined && largerPool(evidence, size) < 1.2 * size ? 'full' : 'free';
}

/** Twice as large, as far as PostgreSQL allows it: it keeps some connections for itself and for who watches. */
function largerPool(evidence: Evidence, size: number): number {
  const { db_max_connections: allowed = Infinity } = evidence.telemetry.backends?.gauges ?? {};
  return Math.min(2 * size, Math.floor((0.9 * allowed) / (processesOf(evidence) ?? 1)));
}

/** At least 95% of the connections that PostgreSQL allows were open at some time. */
export const connectionLimit: Rule = (evidence) => {
  const { telemetry, metrics } = evidence;
  const { gauges = {} } = telemetry.backends ?? {};
  const most = highest(telemetry.timeline, 'backends', 'db_connections') ?? gauges.db_connections;
  const allowed = gauges.db_max_connections ?? highest(telemetry.timeline, 'backends', 'db_max_connections');
  if (most === undefined || allowed === undefined || most < 0.95 * allowed) return undefined;
  const text = `PostgreSQL had ${formatNumber(most)} of its ${formatNumber(allowed)} connections open, and refuses more.`;
  const processes = processesOf(evidence);
  const share = Math.floor((0.9 * allowed) / (processes ?? 1));
  const next =
    processes === undefined ? 'Use smaller pools.' : `Use smaller pools (pool: ${share} at most, in each process).`;
  return { text, next, gain: Math.max(0.2, metrics.error_rate ?? 0) };
};
