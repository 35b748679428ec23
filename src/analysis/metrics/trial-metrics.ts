import type { Measurement } from '../../model/measurement.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { RolloutTimes } from '../../record/run-record.ts';
import { onlyOfEach } from './by-request.ts';
import { highest, measuredSlices, measuredValues, poolSamples, valuesOf } from './timeline.ts';

const usPerMs = 1000;
const msPerSecond = 1000;

/** What metrics need to know of the trial besides what was recorded. */
export interface MetricsContext {
  /** The time to live that the settings name; undefined where nothing is known of it. */
  readonly ttlMs: number | undefined;
  /** When the load begins to be highest, where replicas are added for it; undefined where none are. */
  readonly peakAtMs: number | undefined;
  /** When a new version was rolled out; undefined where none was. */
  readonly rollout: RolloutTimes | undefined;
}

/** Sums a counter over the replicas; undefined where no replica reported it. */
export function total(telemetry: Telemetry, counter: string): number | undefined {
  const values = telemetry.replicas.flatMap(({ counters }) => counters[counter] ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

function ratio(numerator: number | undefined, denominator: number | undefined): number | undefined {
  if (numerator === undefined || denominator === undefined || denominator === 0) return undefined;
  return numerator / denominator;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

/** What all requests, or one of the workload, came to. Percentiles of no answers at all do not exist. */
function outcomeMetrics(measurement: Measurement): Record<string, number | undefined> {
  const { latency, requests, failed, completed, durationMs } = measurement;
  const some = requests > 0;
  const ms = (us: number): number | undefined => (some ? us / usPerMs : undefined);
  return {
    rps: completed / (durationMs / msPerSecond),
    mean: ms(latency.meanUs),
    p50: ms(latency.p50Us),
    p90: ms(latency.p90Us),
    p95: ms(latency.p95Us),
    p99: ms(latency.p99Us),
    'p99.9': ms(latency.p999Us),
    max: ms(latency.maxUs),
    requests,
    responses: Object.values(measurement.statuses).reduce((sum, count) => sum + count, 0),
    errors: failed,
    error_rate: ratio(failed, requests + failed),
    unfinished: measurement.unfinished,
  };
}

/** The client's side. */
function timings(measurement: Measurement): Record<string, number | undefined> {
  const worstUs = Math.max(0, ...measuredSlices(measurement).map((slice) => slice.p99Us));
  return {
    ...outcomeMetrics(measurement),
    worst_second_p99: measurement.requests > 0 ? worstUs / usPerMs : undefined,
  };
}

/** The time from being sent; and, where requests have a moment at which they are due, the time from that. */
function twoTimes({ open, latency, requests }: Measurement): Record<string, number | undefined> {
  const of = (kind: string, { p50Us, p90Us, p95Us, p99Us }: Measurement['latency']) => ({
    [`p50.${kind}`]: p50Us / usPerMs,
    [`p90.${kind}`]: p90Us / usPerMs,
    [`p95.${kind}`]: p95Us / usPerMs,
    [`p99.${kind}`]: p99Us / usPerMs,
  });
  if (requests === 0) return {};
  return open ? { ...of('response', latency), ...of('service', open.service) } : of('service', latency);
}

/** What only open load has. */
function openTimings({ open, durationMs }: Measurement): Record<string, number | undefined> {
  if (!open) return {};
  const { offered, scheduleLag } = open;
  const seconds = durationMs / msPerSecond;
  return {
    offered_rate: offered / seconds,
    sent_rate: (offered - open.dropped - open.unsent) / seconds,
    schedule_lag: offered > 0 ? scheduleLag.p99Us / usPerMs : undefined,
    dropped: open.dropped,
    unsent: open.unsent,
  };
}

/** How the requests were dealt out over the replicas: the smallest and the largest share. */
function shares({ replicas }: Telemetry): readonly [number | undefined, number | undefined] {
  const answered = replicas.map(({ counters }) => counters.http_requests_total ?? 0);
  const all = answered.reduce((sum, count) => sum + count, 0);
  return all === 0 ? [undefined, undefined] : [Math.min(...answered) / all, Math.max(...answered) / all];
}

type Counters = Telemetry['replicas'][number]['counters'];

/** How long a replica's event loop was watched: busy and idle together. */
function loopSeconds(counters: Counters): number | undefined {
  return sum(counters.event_loop_active_seconds_total, counters.event_loop_idle_seconds_total);
}

/**
 * A share of each replica's time, where it is highest: of the samples of the measured time, where there are any. What was
 * counted until the last scrape has the idle time after the load in it, which is long on a busy machine.
 */
function highestShare(
  { replicas, timeline }: Telemetry,
  measurement: Measurement,
  counter: string,
): number | undefined {
  const values = replicas.flatMap(({ replica, counters }) => {
    const rates = (name: string) => measuredValues(timeline, measurement, replica, name);
    const active = rates('event_loop_active_seconds_total');
    const idle = rates('event_loop_idle_seconds_total');
    const sampled = rates(counter).flatMap((rate, index) => {
      const whole = sum(active[index] ?? undefined, idle[index] ?? undefined);
      return rate === null || whole === undefined ? [] : [{ rate, whole }];
    });
    const of = (value: 'rate' | 'whole'): number => sampled.reduce((total, sample) => total + sample[value], 0);
    return ratio(of('rate'), of('whole')) ?? ratio(counters[counter], loopSeconds(counters)) ?? [];
  });
  return values.length === 0 ? undefined : Math.max(...values);
}

/** The mean share of the pools' connections that were in use. */
function poolInUse(measurement: Measurement, telemetry: Telemetry): number | undefined {
  const samples = poolSamples(telemetry, measurement);
  const all = (value: 'inUse' | 'size'): number => samples.reduce((sum, sample) => sum + sample[value], 0);
  return ratio(all('inUse'), all('size'));
}

/** From the peak of the load until the most replicas were first seen; undefined where it was not the peak that brought them. */
function scaleOutMs({ timeline }: Telemetry, peakAtMs = Infinity): number | undefined {
  const answered = valuesOf(timeline, 'stack', 'replicas') ?? [];
  const most = highest(timeline, 'stack', 'replicas');
  const first = answered.findIndex((count) => count === most);
  const passedMs = (timeline.seconds[first] ?? 0) * msPerSecond - peakAtMs;
  return first > 0 && passedMs > 0 ? passedMs : undefined;
}

/** How the number of replicas, and their version, changed. */
function changes(telemetry: Telemetry, { peakAtMs, rollout }: MetricsContext): Record<string, number | undefined> {
  return {
    replicas_most: highest(telemetry.timeline, 'stack', 'replicas'),
    scale_out_time: scaleOutMs(telemetry, peakAtMs),
    rollout_time: rollout && rollout.endedMs - rollout.beganMs,
  };
}

/** The server's side. Requests are the ones that the replicas say they answered, so that both sides of a ratio are one clock's. */
function counts(
  measurement: Measurement,
  telemetry: Telemetry,
  context: MetricsContext,
): Record<string, number | undefined> {
  const answered = total(telemetry, 'http_requests_total');
  const hits = total(telemetry, 'cache_hits_total');
  const recomputes = total(telemetry, 'cache_recomputes_total');
  const expiries = context.ttlMs === undefined ? undefined : measurement.durationMs / context.ttlMs;
  const waitSeconds = ratio(
    total(telemetry, 'db_pool_wait_seconds_sum'),
    total(telemetry, 'db_pool_wait_seconds_count'),
  );
  const [smallestShare, largestShare] = shares(telemetry);
  return {
    smallest_share: smallestShare,
    largest_share: largestShare,
    queries_per_request: ratio(total(telemetry, 'db_queries_total'), answered),
    rows_read_per_request: ratio(telemetry.backends?.counters.db_rows_read_total, answered),
    cache_hit_rate: ratio(hits, sum(hits, total(telemetry, 'cache_misses_total'))),
    recomputes,
    recomputes_per_expiry: ratio(recomputes, expiries),
    pool_wait: waitSeconds === undefined ? undefined : waitSeconds * msPerSecond,
    pool_rejected: total(telemetry, 'db_pool_rejected_total'),
    pool_in_use: poolInUse(measurement, telemetry),
    event_loop_utilisation: highestShare(telemetry, measurement, 'event_loop_active_seconds_total'),
    gc_share: highestShare(telemetry, measurement, 'nodejs_gc_seconds_total'),
  };
}

/**
 * Every metric of the catalogue that what both sides recorded of a trial can answer; what was used for it is a matter of `costs.ts`.
 * @returns by name, times in milliseconds; a metric whose data is missing is left out, never zero
 */
export function trialMetrics(
  measurement: Measurement,
  telemetry: Telemetry,
  context: MetricsContext,
): Record<string, number> {
  const all = {
    ...timings(measurement),
    ...twoTimes(measurement),
    ...openTimings(measurement),
    ...counts(measurement, telemetry, context),
    ...changes(telemetry, context),
  };
  return knownOf(all);
}

/**
 * The metrics of one request of the workload, from the measurement of it alone. Where none of them ended, nothing is known of
 * their errors: no errors of no requests are no proof.
 */
export function requestMetrics(measurement: Measurement): Record<string, number> {
  const { requests, failed } = measurement;
  const all = { ...outcomeMetrics(measurement), ...openTimings(measurement) };
  return onlyOfEach(knownOf(requests + failed > 0 ? all : { ...all, errors: undefined }));
}

function knownOf(all: Readonly<Record<string, number | undefined>>): Record<string, number> {
  const known: Record<string, number> = {};
  for (const [name, value] of Object.entries(all)) if (value !== undefined) known[name] = value;
  return known;
}
