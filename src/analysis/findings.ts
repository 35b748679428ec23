import { formatNumber, formatPercent, formatQuantity, formatRounded, formatValue, plural } from '../numbers.ts';
import type { Finding, Telemetry } from '../result.ts';
import { writes } from '../scenarios/scenario.ts';
import { coresOf, coresOfMachine, inCores, isFull, ofTotal, shareOfP99, type Evidence } from './evidence.ts';
import { highest, poolSamples } from './timeline.ts';

/** Looks for one thing; its sentence, with the numbers that it rests on, where it is so. */
type Rule = (evidence: Evidence) => string | undefined;

/** A part of p99 below this is nobody's trouble, however large a share it is. */
const noticeableMs = 1;

/** From here on an event loop has no time left for one more request. */
const fullLoop = 0.95;

/**
 * Open load: at least 30% of p99 is the wait to be sent, and it is not the generator that is late. Then every connection that
 * the load may have was in use; whether the system could do more on more of them, nobody knows.
 */
const waitingToBeSent: Rule = (evidence) => {
  const { measurement, metrics } = evidence;
  const waiting = shareOfP99(evidence, 'waiting');
  const { offered_rate: offered, schedule_lag: lagMs = 0 } = metrics;
  // What was refused was served as well, in a way: it did not have to wait.
  const served = metrics.rps === undefined ? undefined : metrics.rps + failuresPerSecond(measurement);
  if (!waiting || waiting.share < 0.3 || waiting.partMs < noticeableMs) return undefined;
  if (!measurement.open || offered === undefined || served === undefined || lagMs > waiting.partMs / 2)
    return undefined;
  const wait = `at p99 a request waits ${ofTotal(waiting)} to be sent`;
  if (served >= 0.95 * offered) return `For moments requests come faster than they are answered: ${wait}.`;
  const rates = `offered ${formatQuantity(offered, 'per-second')}, served ${formatQuantity(served, 'per-second')}`;
  const connections = plural(measurement.open.connectionsMost, 'connection');
  return `The system does not keep up on ${connections}: ${rates}; ${wait}.`;
};

function failuresPerSecond({ failed, durationMs }: Evidence['measurement']): number {
  return failed / (durationMs / 1000);
}

/** The event loop of the busiest replica is busy for at least 95% of the time. */
const eventLoopFull: Rule = (evidence) => {
  const { event_loop_utilisation: utilisation = 0 } = evidence.metrics;
  if (utilisation < fullLoop) return undefined;
  const machine = coresOfMachine(evidence);
  const cores = isFull(machine) ? ` They need cores: ${inCores(machine)} were in use.` : '';
  return `The event loop is full (utilisation ${utilisation.toFixed(2)}): add replicas or workers.${cores}`;
};

/** Waiting for a connection is the largest part of p99, and at least 30% of it. */
const poolWait: Rule = (evidence) => {
  const pool = shareOfP99(evidence, 'pool');
  if (!pool?.isLargest || pool.share < 0.3 || pool.partMs < noticeableMs) return undefined;
  return `p99 is pool wait: ${ofTotal(pool)}${poolUse(evidence)}. ${poolAdvice(evidence)}`;
};

function poolUse({ metrics, telemetry, measurement }: Evidence): string {
  const samples = poolSamples(telemetry, measurement);
  const [sample] = samples;
  const { pool_in_use: share } = metrics;
  if (!sample || share === undefined) return '';
  const { size } = sample;
  // The share that the tables have, of the same samples: how often all were in use would be another number.
  return `; ${formatRounded(share * size, 1)} of ${size} connections (${formatValue(share, 'ratio')}) were in use on average`;
}

/** More queries at once help only while there is something left to run them on. */
function poolAdvice(evidence: Evidence): string {
  const { event_loop_utilisation: utilisation = 0 } = evidence.metrics;
  const postgres = coresOf(evidence, 'postgres');
  const machine = coresOfMachine(evidence);
  if (utilisation >= fullLoop)
    return `A larger pool would not help: the event loop is full (utilisation ${utilisation.toFixed(2)}).`;
  if (postgres && postgres.used >= 0.8 * postgres.of)
    return `A larger pool would not help: PostgreSQL is the limit, at ${inCores(postgres)}.`;
  if (isFull(machine)) return `A larger pool would not help: the machine is full, at ${inCores(machine)}.`;
  if (postgres) return `A larger pool would help: PostgreSQL used ${inCores(postgres)}.`;
  return 'A larger pool helps where PostgreSQL can do more.';
}

/** Running queries is the largest part of p99, and at least half of it. */
const databaseDominates: Rule = (evidence) => {
  const database = shareOfP99(evidence, 'db');
  if (!database?.isLargest || database.share < 0.5 || database.partMs < noticeableMs) return undefined;
  const postgres = coresOf(evidence, 'postgres');
  const cpu = postgres ? `; PostgreSQL used ${inCores(postgres)}` : '';
  const [costliest] = evidence.telemetry.backends?.statements ?? [];
  if (!costliest || costliest.calls === 0) return `p99 is the database: ${ofTotal(database)}${cpu}.`;
  const each = `${plural(costliest.calls, 'call')} of ${formatNumber(costliest.totalMs / costliest.calls)} ms`;
  return `p99 is the database: ${ofTotal(database)}${cpu}. Its costliest statement, ${each}: ${shortened(costliest.statement)}`;
};

function shortened(statement: string): string {
  const line = statement.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** At least 5 queries for each request. */
const manyQueries: Rule = ({ metrics }) => {
  const { queries_per_request: queries = 0 } = metrics;
  if (queries < 5) return undefined;
  return `Each request makes ${formatRounded(queries, 0)} queries: a join or a batch makes do with one or two.`;
};

/** At least 1,000 rows read for each query: many rows in many queries are another matter. */
const rowsRead: Rule = ({ metrics }) => {
  const { rows_read_per_request: rows = 0, queries_per_request: queries = 1 } = metrics;
  if (rows < 1000 * Math.max(1, queries)) return undefined;
  return `Each request reads ${formatRounded(rows, 0)} rows: an index seems to be missing.`;
};

/**
 * A value is computed at least 3 times whenever it expires. The counters do not tell keys apart, and each key may be
 * computed once: so it is the mean over as many keys as there can be.
 */
const herd: Rule = ({ metrics, workload }) => {
  const { recomputes = 0, recomputes_per_expiry: perExpiry = 0, cache_hit_rate: hitRate = 0 } = metrics;
  // A write takes its value out of the cache before it expires.
  if (hitRate === 0 || perExpiry === 0 || writes(workload)) return undefined;
  const sizes = Object.values(workload.keys).map((key) => (key.kind === 'hot' ? 1 : key.of));
  const keys = sizes.reduce((product, size) => product * size, workload.requests.length);
  const expiries = Math.max(1, recomputes / perExpiry);
  const times = recomputes / expiries / keys;
  if (times < 3) return undefined;
  const what = keys === 1 ? 'recomputed' : 'recomputed each value';
  return `The cache ${what} ${formatRounded(times, 1)} times per expiry: a lock or a shared promise makes it once.`;
};

/** A replica has less than half of its fair share of the requests, or more than one and a half. */
const unevenReplicas: Rule = ({ telemetry }) => {
  // The shares of those that told are not the shares of all.
  if (telemetry.lost.length > 0 || telemetry.silent.length > 0) return undefined;
  // One that came late, or left, need not have served as much as the others.
  if (telemetry.left !== undefined) return undefined;
  const shares = sharesOf(telemetry);
  const [least] = shares;
  const most = shares.at(-1);
  const fair = 1 / shares.length;
  if (!least || !most || (least.share >= 0.5 * fair && most.share <= 1.5 * fair)) return undefined;
  const extremes = `${least.replica} served ${formatPercent(least.share)} of the requests, ${most.replica} ${formatPercent(most.share)}`;
  return `${extremes}; a fair share is ${formatPercent(fair)}.`;
};

function sharesOf({ replicas }: Telemetry): readonly { readonly replica: string; readonly share: number }[] {
  const served = replicas.map(({ replica, counters }) => ({ replica, count: counters.http_requests_total ?? 0 }));
  const all = served.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return [];
  return served.map(({ replica, count }) => ({ replica, share: count / all })).sort((a, b) => a.share - b.share);
}

/** A service is kept from the CPU by its limit for at least 30% of the time. */
const throttled: Rule = ({ resources }) => {
  const [worst] = [...resources].sort((one, other) => other.throttledRatio - one.throttledRatio);
  if (!worst || worst.throttledRatio < 0.3) return undefined;
  const limit = worst.cpuLimit === undefined ? '' : ` (${formatRounded(worst.cpuLimit, 2)} cores)`;
  const advice = worst.service.startsWith('app-') ? 'raise it or add replicas' : 'raise it';
  return `${worst.service} was at its CPU limit${limit} ${formatPercent(worst.throttledRatio)} of the time: ${advice}.`;
};

/** At least 95% of the connections that PostgreSQL allows were open at some time. */
const connectionLimit: Rule = ({ telemetry }) => {
  const { gauges = {} } = telemetry.backends ?? {};
  const most = highest(telemetry.timeline, 'backends', 'db_connections') ?? gauges.db_connections;
  const allowed = gauges.db_max_connections ?? highest(telemetry.timeline, 'backends', 'db_max_connections');
  if (most === undefined || allowed === undefined || most < 0.95 * allowed) return undefined;
  return `PostgreSQL had ${formatNumber(most)} of its ${formatNumber(allowed)} connections open, and refuses more: use smaller pools.`;
};

/** In the order in which they are told: what p99 is made of first. */
const rules: Readonly<Record<string, Rule>> = {
  'waiting-to-be-sent': waitingToBeSent,
  'event-loop-full': eventLoopFull,
  'pool-wait': poolWait,
  'database-dominates': databaseDominates,
  'many-queries': manyQueries,
  'rows-read': rowsRead,
  herd,
  'uneven-replicas': unevenReplicas,
  throttled,
  'connection-limit': connectionLimit,
};

/** Why a trial's numbers are what they are, as far as a rule recognises it. */
export function findingsOf(evidence: Evidence): Finding[] {
  return Object.entries(rules).flatMap(([kind, rule]) => {
    const text = rule(evidence);
    return text === undefined ? [] : [{ kind, text }];
  });
}
