import type { ReplicaMetrics } from '../platforms/platform.ts';
import type { Telemetry } from '../result.ts';
import { parseExposition } from './prometheus.ts';

/** Counters of the database, which every replica reports alike: they are older than the replicas, and are not summed over them. */
export const databaseCounters: readonly string[] = ['db_rows_read_total'];

type Numbers = Record<string, number>;

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

/**
 * What the replicas said of themselves between two scrapes.
 * @param before each replica's `/metrics` when the measured time began
 * @param after the same when it ended
 * @returns the rise of every counter and the last value of every gauge, per replica; a replica that was silent at either
 * end, or whose counters fell, is listed as silent with the reason, and contributes no numbers
 */
export function telemetryOf(before: readonly ReplicaMetrics[], after: readonly ReplicaMetrics[]): Telemetry {
  const first = new Map(before.map((metrics) => [metrics.replica, metrics]));
  const telemetry: Telemetry = { replicas: [], silent: [] };
  for (const end of after) {
    const { replica } = end;
    const start = first.get(replica);
    if ('problem' in end) {
      telemetry.silent.push({ replica, problem: end.problem });
    } else if (start === undefined || 'problem' in start) {
      telemetry.silent.push({ replica, problem: start?.problem ?? 'it was not there when the measured time began' });
    } else {
      const ended = snapshotOf(end.text);
      const counters = rise(snapshotOf(start.text).counters, ended.counters);
      if (counters) telemetry.replicas.push({ replica, counters, gauges: ended.gauges });
      else telemetry.silent.push({ replica, problem: 'it restarted: its counters started anew' });
    }
  }
  return telemetry;
}
