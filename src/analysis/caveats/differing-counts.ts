import { answersBetween, sinceStart } from '../../metrics/answers.ts';
import type { WorkerLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import { plural } from '../../model/numbers.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { Caveat } from '../../record/run-record.ts';
import { doubts } from './doubts.ts';

/**
 * Two counts of one thing: the requests that the servers say they answered, and the right answers that the clients had. Where the
 * servers counted fewer there is one that nobody asked: a worker with counters of its own behind the same port, or a replica
 * behind the same address. They may count more: what was answered wrongly, tried again, or asked by others.
 */
export function differingCounts(measurement: Measurement, telemetry: Telemetry, load: WorkerLoad): Caveat[] {
  const { replicas, lost, silent, left } = telemetry;
  // What some of them counted is gone, or was never told: that is said already, and nothing follows from the rest.
  if (lost.length > 0 || silent.length > 0 || left !== undefined) return [];
  const told = replicas.flatMap(({ counters }) => counters.http_requests_total ?? []);
  const fromMs = countedFromMs(measurement, telemetry, load);
  if (told.length === 0 || fromMs === undefined) return [];
  const counted = told.reduce((sum, count) => sum + count, 0);
  const { answers, uncertain } = answersBetween(measurement, fromMs, measurement.durationMs);
  // An answer may have been counted, and not yet been there, when the counts were first read.
  if (answers - counted <= uncertain + mostInFlight(measurement, load)) return [];
  const who = told.length === 1 ? 'the server' : `the ${plural(told.length, 'replica')}`;
  const text = `${who} counted ${plural(counted, 'request')} while the clients had ${plural(Math.round(answers), 'right answer')}: there are workers or replicas that nobody asked for their metrics, and what was counted is only a part`;
  return [{ kind: 'counts-differ', text, doubts: [...doubts.server] }];
}

/** Another clock than the lab's: the counts were read within a second, as they are again every second. */
const byAnotherClockMs = 1000;

/** When every replica had told its first counts, from the start of the measured time; undefined where none has. */
function countedFromMs(
  measurement: Measurement,
  { countedFromMs: atMs }: Telemetry,
  load: WorkerLoad,
): number | undefined {
  if (atMs === undefined) return undefined;
  const fromMs = sinceStart(measurement, atMs);
  // Before bursts there is a pause for it.
  return fromMs >= 0 || load.kind === 'burst' ? Math.max(0, fromMs) : byAnotherClockMs;
}

/** As many answers as can have been on their way when the counts were first read: before bursts there is a pause for it. */
function mostInFlight({ open }: Measurement, load: WorkerLoad): number {
  if (load.kind === 'open') return open?.inFlightMost ?? 0;
  return load.kind === 'closed' ? load.connections : 0;
}
