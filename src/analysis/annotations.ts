import type { Measurement } from '../model/measurement.ts';
import { formatDuration, formatNumber, plural } from '../model/numbers.ts';
import type { Telemetry, TelemetryTimeline } from '../model/telemetry.ts';
import { writes, type Workload } from '../model/workload.ts';
import type { Annotation } from '../record/run-record.ts';
import { happeningAnnotations } from './caveats/happenings.ts';
import { actAnnotations, changeAnnotations, type ToldAct } from './serving.ts';

/** What annotations need to know of the trial besides what was recorded. */
export interface AnnotationContext {
  /** The time to live that the settings name; undefined where nothing is known of it. */
  readonly ttlMs: number | undefined;
  readonly workload: Workload;
  /** Whether replicas are meant to come and go. */
  readonly changes: boolean;
  /** What was done to services. */
  readonly acts: readonly ToldAct[];
}

/** Said of every trial with a warm-up: a report that lists what happened may leave it out. */
export const warmupOver = 'warm-up over';

/** More expiries than these are told in one sentence. */
const expiriesTold = 5;

/** What lives for less than this expires in nearly every second: none of them need be quiet. */
const shortMs = 2000;

/** A trial begins with an empty cache, and clocks differ a little: nothing expires earlier than this before its time. */
const toleranceSeconds = 1;

function warmup({ timeline }: Measurement): Annotation[] {
  return timeline.some(({ second }) => second < 0) ? [{ second: 0, text: warmupOver }] : [];
}

/** How many values were computed anew before each sample, by all replicas; null where none of them told. */
function recomputesBySample({ seconds, series }: TelemetryTimeline): readonly (number | null)[] {
  const counters = series.filter(({ name, service }) => name === 'cache_recomputes_total' && service === undefined);
  return seconds.map((second, index) => {
    const rates = counters.flatMap(({ values }) => values[index] ?? []);
    const elapsed = second - (seconds[index - 1] ?? second - 1);
    return rates.length === 0 ? null : Math.round(rates.reduce((sum, rate) => sum + rate, 0) * elapsed);
  });
}

/** Whether anything was read from a cache: without one every read is a recompute, and nothing expires. */
function hasCache({ replicas }: Telemetry): boolean {
  return replicas.some(({ counters }) => (counters.cache_hits_total ?? 0) > 0);
}

/**
 * Seconds in which values were computed after one in which none was, as when a key expires. What is computed before
 * anything can have expired fills the cache.
 */
function expiries(
  telemetry: Telemetry,
  { timeline }: Measurement,
  { ttlMs, workload }: AnnotationContext,
): Annotation[] {
  // A write takes its value out of the cache before it expires.
  if (ttlMs === undefined || !hasCache(telemetry) || writes(workload)) return [];
  const { seconds } = telemetry.timeline;
  const start = Math.min(0, ...timeline.map(({ second }) => second));
  const earliest = Math.max(0, start + ttlMs / 1000 - toleranceSeconds);
  const recomputes = recomputesBySample(telemetry.timeline);
  const found = seconds.flatMap((sampledAt, index) => {
    const count = recomputes[index] ?? 0;
    if (count === 0 || (recomputes[index - 1] !== 0 && ttlMs >= shortMs)) return [];
    // The second that lies between the two samples, rather than the one that the second sample happens to fall into.
    const second = Math.floor((sampledAt + (seconds[index - 1] ?? sampledAt)) / 2);
    return second < earliest ? [] : [{ second, count }];
  });
  const isOneKey = Object.values(workload.keys).every(({ kind }) => kind === 'hot');
  // Of many keys, some are read for the first time: nobody knows which.
  const what = isOneKey ? 'key expired' : 'keys expired, or were read for the first time';
  return found.length > expiriesTold
    ? summed(found)
    : found.map(({ second, count }) => ({ second, text: `${what}: ${plural(count, 'recompute')}` }));
}

function summed(found: readonly { readonly second: number; readonly count: number }[]): Annotation[] {
  const counts = found.map(({ count }) => count);
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  const range = least === most ? plural(most, 'recompute') : `${formatNumber(least)} to ${plural(most, 'recompute')}`;
  const text = `keys expired in ${plural(found.length, 'second')} from here on: ${range} each`;
  return found.slice(0, 1).map(({ second }) => ({ second, text }));
}

/** A stretch of samples in which a copy told nothing; `to` is undefined where it told nothing any more. */
interface Silence {
  readonly from: number;
  readonly to: number | undefined;
}

/** When a copy told nothing after it had begun to. */
function silencesOf({ seconds, series }: TelemetryTimeline, copy: string): readonly Silence[] {
  const all = series.filter((candidate) => candidate.source === copy).map(({ values }) => values);
  const told = seconds.map((_, index) => all.some((values) => typeof values[index] === 'number'));
  const silences: Silence[] = [];
  for (let index = told.indexOf(true); index !== -1 && index < told.length; index++) {
    if (told[index] || !told[index - 1]) continue;
    const back = told.indexOf(true, index);
    silences.push({ from: seconds[index] ?? 0, to: back === -1 ? undefined : seconds[back] });
  }
  return silences;
}

/** That a copy told nothing for a while, or was lost. */
interface Absence extends Annotation {
  readonly copy: string;
  readonly isLoss: boolean;
}

/**
 * What became of each replica, and each copy of what runs beside it, that did not tell its metrics all the time, but for those that left as
 * they were meant to.
 */
function absences({ timeline, lost, left = [], beside = [] }: Telemetry): Absence[] {
  const gone = [...left, ...beside.flatMap((service) => service.left ?? [])];
  const losses = [...lost, ...beside.flatMap((service) => service.lost)];
  const isCopy = ({ source, service }: TelemetryTimeline['series'][number]): boolean =>
    service !== undefined || (source !== 'backends' && source !== 'stack');
  const copies = new Set(timeline.series.filter(isCopy).map(({ source }) => source));
  return [...copies].flatMap((copy) => {
    if (gone.includes(copy)) return [];
    const loss = losses.find((candidate) => candidate.replica === copy);
    const silences = silencesOf(timeline, copy);
    // One that restarted may tell again: then it was lost when it first fell silent.
    const end = silences.find(({ to }) => to === undefined) ?? silences[0];
    return silences.map((silence): Absence => {
      const second = Math.floor(silence.from);
      if (loss && silence === end) return { second, text: `${copy} was lost: ${loss.problem}`, copy, isLoss: true };
      const length =
        silence.to === undefined ? ' any more' : ` for ${formatDuration((silence.to - silence.from) * 1000)}`;
      return { second, text: `${copy} did not answer${length}`, copy, isLoss: false };
    });
  });
}

/** What happened in a trial, and in which of its seconds: for whoever looks at its timeline. */
export function annotationsOf(
  measurement: Measurement,
  telemetry: Telemetry,
  context: AnnotationContext,
): Annotation[] {
  const absent = absences(telemetry);
  const lost = absent.flatMap(({ copy, isLoss }) => (isLoss ? copy : []));
  const all = [
    ...warmup(measurement),
    ...expiries(telemetry, measurement, context),
    ...actAnnotations(context.acts),
    ...(context.changes ? changeAnnotations(telemetry.timeline) : []),
    ...absent.map(({ second, text }) => ({ second, text })),
    ...happeningAnnotations(telemetry, lost),
  ];
  return all.sort((one, other) => one.second - other.second);
}
