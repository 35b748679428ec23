import { total } from '../../metrics/counters.ts';
import { shortened } from '../../model/foreign-text.ts';
import { formatNumber, formatPercent, formatRounded, plural } from '../../model/numbers.ts';
import { appIn } from '../../model/system.ts';
import {
  aboutDatabase,
  coresOfDatabase,
  coresOfMachine,
  inCores,
  loopLevel,
  machineLevel,
  ofTotal,
  shareOfP99,
  type TrialView,
} from '../trial-view.ts';
import { noticeableMs, settingOf, type Found, type Rule } from './rule.ts';

/** Below so much of what the application waited for answers, it is not PostgreSQL that took the time; above the other, it is. */
const notItsTime = 0.25;

/** Of so many of the queries PostgreSQL has to have told, for the time that it tells to be that of all. */
const leastTold = 0.9;

/** Running queries is the largest part of p99, and at least half of it; and it is PostgreSQL that takes the time, as far as it is known. */
export const databaseDominates: Rule = (view) => {
  const database = databaseTime(view);
  if (!database || database.isWait) return undefined;
  const { seen, share } = database;
  const text = `p99 is the database: ${seen}.`;
  const about = aboutDatabase(view);
  const gain = share / 2;
  const [costliest] = view.telemetry.backends?.statements ?? [];
  if (!costliest || costliest.calls === 0) {
    return { text, about, next: 'Make its statements cheaper, or ask it less often: a cache.', gain };
  }
  const calls = `${plural(costliest.calls, 'call')} of ${formatNumber(costliest.totalMs / costliest.calls)} ms`;
  const next = `EXPLAIN its costliest statement, or ask it less often; ${calls}: ${onOneLine(costliest.statement)}`;
  return { text, about, next, gain };
};

/** The same, but PostgreSQL has worked on the queries for less than a quarter of that time. */
export const databaseWait: Rule = (view) => {
  const database = databaseTime(view);
  if (!database?.isWait) return undefined;
  const text = `p99 is the wait for answers of the database: ${database.seen}.`;
  return { text, about: aboutDatabase(view), ...waitAdvice(view) };
};

interface DatabaseTime {
  readonly share: number;
  /** In words, with what PostgreSQL itself used of it. */
  readonly seen: string;
  /** Whether most of it is not PostgreSQL's own. */
  readonly isWait: boolean;
}

/** The time of queries as the application sees it, which waits for the answers; undefined where p99 is something else. */
function databaseTime(view: TrialView): DatabaseTime | undefined {
  const database = shareOfP99(view, 'db');
  if (!database?.isLargest || database.share < 0.5 || database.partMs < noticeableMs) return undefined;
  const own = ownTime(view);
  const postgres = coresOfDatabase(view);
  const parts = [
    ofTotal(database),
    ...(own
      ? [`a query took ${formatNumber(own.waitedMs)} ms, ${formatNumber(own.workedMs)} ms of it in PostgreSQL`]
      : []),
    ...(postgres ? [`PostgreSQL used ${inCores(postgres)}`] : []),
  ];
  const isWait = own !== undefined && own.workedMs < notItsTime * own.waitedMs;
  return { share: database.share, seen: parts.join('; '), isWait };
}

/** The time is not PostgreSQL's: it has answered, and nobody had the time to look. */
function waitAdvice(view: TrialView): Omit<Found, 'text'> {
  const { event_loop_utilisation: utilisation = 0 } = view.metrics;
  const machine = coresOfMachine(view);
  const gain = 0.1;
  if (machineLevel(view) === 'full' && machine) {
    return { next: `The statements are not what takes the time: the machine is full, at ${inCores(machine)}.`, gain };
  }
  if (loopLevel(view) !== 'free') {
    const busy = `the event loop is busy ${formatPercent(utilisation)} of the time, and answers wait for it`;
    return { next: `The statements are not what takes the time: ${busy}.`, gain };
  }
  return { next: 'The statements are not what takes the time: look at the way to PostgreSQL and back.', gain };
}

/** How long a query took on average as the application sees it, and in PostgreSQL by its own statistics; undefined where those do not tell of all. */
function ownTime({ telemetry }: TrialView): { readonly waitedMs: number; readonly workedMs: number } | undefined {
  const seconds = total(telemetry, 'db_query_duration_seconds_sum');
  const queries = total(telemetry, 'db_query_duration_seconds_count');
  const statements = telemetry.backends?.statements ?? [];
  const calls = statements.reduce((sum, statement) => sum + statement.calls, 0);
  if (seconds === undefined || queries === undefined || queries === 0 || calls < leastTold * queries) return undefined;
  const workedMs = statements.reduce((sum, { totalMs }) => sum + totalMs, 0) / calls;
  return { waitedMs: (seconds / queries) * 1000, workedMs };
}

function onOneLine(statement: string): string {
  return shortened(statement.replace(/\s+/g, ' ').trim(), 60);
}

/** The share of p99 that goes to the database and to waiting for it; half, where nobody knows. */
function databaseShare(view: TrialView): number {
  const [database, pool] = [shareOfP99(view, 'db'), shareOfP99(view, 'pool')];
  return database || pool ? (database?.share ?? 0) + (pool?.share ?? 0) : 0.5;
}

/** At least 5 queries for each request. */
export const manyQueries: Rule = (view) => {
  const { queries_per_request: queries = 0 } = view.metrics;
  if (queries < 5) return undefined;
  const text = `Each request makes ${formatRounded(queries, 0)} queries.`;
  const isGraphql = (appIn(view.trial.system)?.graphql ?? 'off') !== 'off';
  const setting = settingOf(view, isGraphql ? 'graphql: loader' : 'feed: join');
  const next = `A join, or one query for all of them, makes do with one or two${setting}.`;
  return { text, next, gain: databaseShare(view) * (1 - 2 / queries) };
};

/** At least 1,000 rows read for each query: many rows in many queries are another matter. */
export const rowsRead: Rule = (view) => {
  const { rows_read_per_request: rows = 0, queries_per_request: queries = 1 } = view.metrics;
  if (rows < 1000 * Math.max(1, queries)) return undefined;
  const text = `Each request reads ${formatRounded(rows, 0)} rows.`;
  const [costliest] = view.telemetry.backends?.statements ?? [];
  const isSkipping = /\boffset\b/i.test(costliest?.statement ?? '');
  const next = isSkipping
    ? `OFFSET reads what it skips: begin a page behind the last row of the one before${settingOf(view, 'GET /todos?after=… in place of skip, with pages: keyset')}.`
    : `An index on what it searches by seems to be missing${settingOf(view, 'title-index: true')}.`;
  return { text, next, gain: databaseShare(view) };
};
