import { formatQuantity, plural } from '../model/numbers.ts';
import type { Finding } from '../record/run-record.ts';
import { databaseDominates, databaseWait, manyQueries, rowsRead } from './findings/database.ts';
import { herd } from './findings/herd.ts';
import { eventLoopFull, machineFull, throttled } from './findings/machine.ts';
import { connectionLimit, poolWait } from './findings/pool.ts';
import { slowReplica, unevenReplicas } from './findings/replicas.ts';
import { noticeableMs, type Rule } from './findings/rule.ts';
import { ofTotal, shareOfP99, type TrialView } from './trial-view.ts';

/**
 * Open load: at least 30% of p99 is the wait to be sent, and it is not the generator that is late. Then every connection that
 * the load may have was in use; whether the system could do more on more of them, nobody knows.
 */
const waitingToBeSent: Rule = (view) => {
  const { measurement, metrics, trial } = view;
  const waiting = shareOfP99(view, 'waiting');
  const { offered_rate: offered, schedule_lag: lagMs = 0, 'p50.service': serviceMs = 0 } = metrics;
  // What was refused was served as well, in a way: it did not have to wait.
  const served = metrics.rps === undefined ? undefined : metrics.rps + failuresPerSecond(measurement);
  if (!waiting || waiting.share < 0.3 || waiting.partMs < noticeableMs) return undefined;
  if (!measurement.open || offered === undefined || served === undefined || lagMs > waiting.partMs / 2)
    return undefined;
  const gain = waiting.share;
  const objective = `'p99 < ${roundedUp(5 * serviceMs)}ms'`;
  const command = `scale-lab max-rps ${trial.scenario} --variant ${trial.variant} --slo ${objective}`;
  const next = 'Find the rate that it keeps up with, and refuse what comes beyond.';
  const wait = `at p99 a request waits ${ofTotal(waiting)} to be sent`;
  if (served >= 0.95 * offered) {
    return { text: `For moments requests come faster than they are answered: ${wait}.`, next, command, gain };
  }
  const rates = `offered ${formatQuantity(offered, 'per-second')}, served ${formatQuantity(served, 'per-second')}`;
  const connections = plural(measurement.open.connectionsMost, 'connection');
  const text = `The system does not keep up on ${connections}: ${rates}; ${wait}.`;
  return { text, next, command, gain };
};

function failuresPerSecond({ failed, durationMs }: TrialView['measurement']): number {
  return failed / (durationMs / 1000);
}

/** The next of 1, 2, 5, 10, 20 and so on, at least 1. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((step) => step * power).find((round) => round >= value) ?? 1;
}

/** Of those that would change as much, the first comes first. */
const rules: Readonly<Record<string, Rule>> = {
  'machine-full': machineFull,
  'waiting-to-be-sent': waitingToBeSent,
  'event-loop-full': eventLoopFull,
  throttled,
  'rows-read': rowsRead,
  'many-queries': manyQueries,
  herd,
  'slow-replica': slowReplica,
  'uneven-replicas': unevenReplicas,
  'pool-wait': poolWait,
  'database-dominates': databaseDominates,
  'database-wait': databaseWait,
  'connection-limit': connectionLimit,
};

/** Why a trial's numbers are what they are, as far as a rule recognises it; first what would change most if it were mended. */
export function findingsOf(view: TrialView): Finding[] {
  const found = Object.entries(rules).flatMap(([kind, rule]) => {
    const one = rule(view);
    return one === undefined ? [] : [{ kind, ...one }];
  });
  return found.sort((one, other) => other.gain - one.gain).map(({ gain: _, ...finding }) => finding);
}
