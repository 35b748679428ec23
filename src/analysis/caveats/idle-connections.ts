import { answerErrors } from '../../model/failures.ts';
import { type ClosedLoad, type WorkerLoad, retryMs } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import { formatNumber, formatQuantity, plural } from '../../model/numbers.ts';
import type { Caveat } from '../../record/run-record.ts';
import { doubts, noDifference } from './doubts.ts';

/** A timer of Node's counts whole milliseconds. */
const timerMs = 1;

/**
 * Each connection of closed load has a request in flight whenever it does not think. Little's law (Little, "A proof for the queuing
 * formula L = λW", 1961): how many have one is the rate times the mean latency. The time in flight is added up within the measured
 * time, so that there is nothing at its edges to allow for; what is missing is a pause of the generator's own.
 */
export function idleConnections(measurement: Measurement, load: WorkerLoad): Caveat[] {
  if (load.kind !== 'closed') return [];
  const { durationMs, inFlightMs, completed, latency } = measurement;
  const allMs = load.connections * durationMs;
  const idleMs = allMs - inFlightMs - explainedIdleMs(measurement, load);
  if (idleMs <= noDifference * allMs) return [];
  const inUse = `${formatNumber(inFlightMs / durationMs)} of ${plural(load.connections, 'connection')}`;
  const rate = formatQuantity(completed / (durationMs / 1000), 'per-second');
  const mean = formatQuantity(latency.meanUs / 1000, 'ms');
  const thinking = load.thinkMs > 0 ? ' besides those that think' : '';
  const text = `${inUse} had a request in flight in the mean (${rate} × ${mean}: Little’s law)${thinking}: the others waited for the load generator, and RPS is not what the server gives`;
  // What each request took is what it was: that the next one was not asked for changes nothing of it.
  return [{ kind: 'connections-idle', text, doubts: [...doubts.rates] }];
}

/** The time in which connections had no request in flight, and need not have had one. */
function explainedIdleMs(measurement: Measurement, { connections, thinkMs, durationMs }: ClosedLoad): number {
  const { requests, failed, generator } = measurement;
  const lateMs = thinkMs > 0 ? timerMs + generator.lagP99Us / 1000 : 0;
  // Users that think begin one after the other.
  const thoughtMs = (requests + failed + connections) * (thinkMs + lateMs);
  const retriedMs = withoutAnswer(measurement) * (retryMs + timerMs + generator.lagP99Us / 1000);
  // While the generator reads one answer and writes the next request, that connection has none in flight.
  return thoughtMs + retriedMs + generator.cpuRatio * durationMs;
}

/** How many requests may have found no connection: the next one on it waits for a moment. */
function withoutAnswer({ failed, errors, refusals }: Measurement): number {
  const answered = answerErrors.reduce((sum, kind) => sum + (errors[kind] ?? 0), 0);
  return failed - answered + Object.values(refusals).reduce((sum, count) => sum + count, 0);
}
