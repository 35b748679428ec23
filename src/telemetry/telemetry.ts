import { plural } from '../numbers.ts';
import type { ReplicaMetrics } from '../platforms/platform.ts';
import type { Telemetry } from '../result.ts';
import { parseExposition } from './prometheus.ts';

/** Counters of the database, which every replica reports alike: they are older than the replicas, and are not summed over them. */
export const databaseCounters: readonly string[] = ['db_rows_read_total'];

type Numbers = Record<string, number>;
type ReplicaTelemetry = Telemetry['replicas'][number];

interface Loss {
  readonly lost: string;
}

interface Silence {
  readonly silent: string;
}

interface Snapshot {
  readonly counters: Numbers;
  readonly gauges: Numbers;
}

/** Counters are summed over their labels; gauges keep them, since a sum of quantiles means nothing. */
function snapshotOf(text: string): Snapshot {
  const { samples, types } = parseExposition(text);
  const counters: Numbers = {};
  const gauges: Numbers = {};
  for (const { name, labels, value } of samples) {
    if (name.endsWith('_bucket') || !Number.isFinite(value)) continue;
    const family = name.replace(/_(sum|count)$/, '');
    if (types.get(name) === 'counter' || types.get(family) === 'histogram')
      counters[name] = (counters[name] ?? 0) + value;
    else if (types.get(name) === 'gauge') gauges[labels === '' ? name : `${name}{${labels}}`] = value;
  }
  return { counters, gauges };
}

/** How much each counter rose: a process's own counts from zero where it is new. One that fell says that the process started anew. */
function rise(before: Numbers, after: Numbers): Numbers | undefined {
  const rises: Numbers = {};
  for (const [name, value] of Object.entries(after)) {
    if (!(name in before) && databaseCounters.includes(name)) continue;
    const difference = value - (before[name] ?? 0);
    if (difference < 0) return undefined;
    rises[name] = difference;
  }
  return rises;
}

/** What one replica said, or why its numbers are of no use. */
function readReplica(start: ReplicaMetrics | undefined, end: ReplicaMetrics): ReplicaTelemetry | Loss | Silence {
  if ('problem' in end) return end.ended === true ? { lost: end.problem } : { silent: end.problem };
  if (start === undefined) return { silent: 'it was not there when the measured time began' };
  if ('problem' in start) return { silent: start.problem };
  const { counters: after, gauges } = snapshotOf(end.text);
  const counters = rise(snapshotOf(start.text).counters, after);
  if (!counters) return { lost: 'it restarted: its counters started anew' };
  const { app_worker_restarts_total: restarts = 0 } = counters;
  if (restarts > 0) return { lost: `${plural(restarts, 'worker process')} of it died, with what they had counted` };
  return { replica: end.replica, counters, gauges };
}

/**
 * What the replicas said of themselves between two scrapes.
 * @param before each replica's `/metrics` when the measured time began
 * @param after the same when it ended
 * @returns the rise of every counter and the last value of every gauge, per replica. A replica that did not answer at either
 * end is listed as silent, one that died, restarted or lost a worker as lost, with the reason; neither contributes numbers
 */
export function telemetryOf(before: readonly ReplicaMetrics[], after: readonly ReplicaMetrics[]): Telemetry {
  const first = new Map(before.map((metrics) => [metrics.replica, metrics]));
  const telemetry: Telemetry = { replicas: [], lost: [], silent: [] };
  for (const end of after) {
    const { replica } = end;
    const read = readReplica(first.get(replica), end);
    if ('lost' in read) telemetry.lost.push({ replica, problem: read.lost });
    else if ('silent' in read) telemetry.silent.push({ replica, problem: read.silent });
    else telemetry.replicas.push(read);
  }
  return telemetry;
}
