import { plural } from '../model/numbers.ts';
import type { ReplicaMetrics } from '../model/running-system.ts';
import type { Telemetry } from '../model/telemetry.ts';
import { rise, snapshotOf, type Numbers, type Snapshot } from './snapshot.ts';

/** What the replicas said of themselves. */
export type ReplicasTelemetry = Pick<Telemetry, 'replicas' | 'lost' | 'silent' | 'left'>;

type ReplicaTelemetry = Telemetry['replicas'][number];

/** Why the numbers of a replica are gone. */
export interface Loss {
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
  return countedSince(snapshotOf(start.text).counters, snapshotOf(end.text), end.replica);
}

/** The loss of what a replica had counted before its counters fell. */
export const restarted: Loss = {
  lost: 'its counters fell: it restarted, or several processes with counters of their own answer at its address',
};

/** What one replica counted, or why nobody knows. */
export function countedSince(
  before: Numbers,
  { counters: after, gauges }: Snapshot,
  replica: string,
): ReplicaTelemetry | Loss {
  const counters = rise(before, after);
  if (!counters) return restarted;
  const { app_worker_restarts_total: restarts = 0 } = counters;
  if (restarts > 0) return { lost: `${plural(restarts, 'worker process')} of it died, with what they had counted` };
  return { replica, counters: { ...counters }, gauges: { ...gauges } };
}

/**
 * What the replicas said of themselves between two scrapes.
 * @param before each replica's `/metrics` when the measured time began
 * @param after the same when it ended
 * @returns the rise of every counter and the last value of every gauge, per replica. A replica that did not answer at either
 * end is listed as silent, one that died, restarted or lost a worker as lost, with the reason; neither contributes numbers
 */
export function telemetryOf(before: readonly ReplicaMetrics[], after: readonly ReplicaMetrics[]): ReplicasTelemetry {
  const first = new Map(before.map((metrics) => [metrics.replica, metrics]));
  const telemetry: ReplicasTelemetry = { replicas: [], lost: [], silent: [] };
  for (const end of after) {
    const { replica } = end;
    const read = readReplica(first.get(replica), end);
    if ('lost' in read) telemetry.lost.push({ replica, problem: read.lost });
    else if ('silent' in read) telemetry.silent.push({ replica, problem: read.silent });
    else telemetry.replicas.push(read);
  }
  return telemetry;
}
