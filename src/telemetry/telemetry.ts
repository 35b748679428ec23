import { plural } from '../numbers.ts';
import type { ReplicaMetrics } from '../platforms/platform.ts';
import type { Telemetry } from '../result.ts';
import { rise, snapshotOf } from './snapshot.ts';

type ReplicaTelemetry = Telemetry['replicas'][number];

interface Loss {
  readonly lost: string;
}

interface Silence {
  readonly silent: string;
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
  return { replica: end.replica, counters: { ...counters }, gauges: { ...gauges } };
}

/**
 * What the replicas said of themselves between two scrapes.
 * @param before each replica's `/metrics` when the measured time began
 * @param after the same when it ended
 * @returns the rise of every counter and the last value of every gauge, per replica. A replica that did not answer at either
 * end is listed as silent, one that died, restarted or lost a worker as lost, with the reason; neither contributes numbers
 */
export function telemetryOf(
  before: readonly ReplicaMetrics[],
  after: readonly ReplicaMetrics[],
): Omit<Telemetry, 'timeline' | 'backends'> {
  const first = new Map(before.map((metrics) => [metrics.replica, metrics]));
  const telemetry: Omit<Telemetry, 'timeline' | 'backends'> = { replicas: [], lost: [], silent: [] };
  for (const end of after) {
    const { replica } = end;
    const read = readReplica(first.get(replica), end);
    if ('lost' in read) telemetry.lost.push({ replica, problem: read.lost });
    else if ('silent' in read) telemetry.silent.push({ replica, problem: read.silent });
    else telemetry.replicas.push(read);
  }
  return telemetry;
}
