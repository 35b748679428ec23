import type { ReplicaMetrics } from '../model/running-system.ts';
import { rise, type Numbers, type Snapshot } from './snapshot.ts';
import { countedSince, restarted, type ReplicasTelemetry } from './telemetry.ts';
import { replicasIn, type Moment } from './timeline.ts';

/**
 * What replicas said of themselves that come and go as they are meant to. One that was not there at the first moment began
 * within the measured time, so that it counted from zero; one that has left counts with what it said last, and is listed.
 * One that never answered is only starting, and counted nothing.
 * @param moments all samples, the first as the measured time began, the last after it had ended
 * @param last what the last of them was made of
 */
export function changingTelemetryOf(moments: readonly Moment[], last: readonly ReplicaMetrics[]): ReplicasTelemetry {
  const left: string[] = [];
  const telemetry: ReplicasTelemetry = { replicas: [], lost: [], silent: [], left };
  for (const replica of replicasIn(moments)) {
    const said = moments.flatMap(({ told }) => told.get(replica)?.snapshot ?? []);
    const latest = said.at(-1);
    if (latest === undefined) continue;
    const end = last.find((metrics) => metrics.replica === replica);
    const problem = silenceOf(replica, moments[0], end);
    if (problem !== undefined) {
      telemetry.silent.push({ replica, problem });
      continue;
    }
    const read = hasRestarted(said) ? restarted : countedSince(countedBefore(replica, moments[0]), latest, replica);
    if ('lost' in read) telemetry.lost.push({ replica, problem: read.lost });
    else telemetry.replicas.push(read);
    if (end === undefined || 'problem' in end) left.push(replica);
  }
  return telemetry;
}

/** Why it is not known what a replica counted, if it is not. */
function silenceOf(replica: string, first: Moment | undefined, end: ReplicaMetrics | undefined): string | undefined {
  if (first?.told.has(replica) === true && first.told.get(replica) === undefined)
    return 'it did not answer when the measured time began';
  return end !== undefined && 'problem' in end && end.ended !== true ? end.problem : undefined;
}

function countedBefore(replica: string, first: Moment | undefined): Numbers {
  return first?.told.get(replica)?.snapshot.counters ?? {};
}

/** What counts from zero does not show by its first and last sample that it began anew between them. */
function hasRestarted(said: readonly Snapshot[]): boolean {
  return said.some(({ counters }, index) => rise(said[index - 1]?.counters ?? {}, counters) === undefined);
}
