import type { WorkerLoad } from '../model/load-profile.ts';
import type { Measurement } from '../model/measurement.ts';
import type { ServiceResources } from '../model/telemetry.ts';
import { answersBetween, sinceStart } from './answers.ts';
import type { MeasuredTrial, Metric } from './metric.ts';

const msPerSecond = 1000;

/** Platforms tell what is used once a second, and are asked at the ends of the measured time. What is further from it is by another clock. */
const mostBesideMs = 1500;

/** Of a shorter part of the measured time it is not known whether it speaks for the rest. */
const leastPart = 0.5;

/** Whether a service began anew: what it used before is not counted, and what it has is not what it would have. */
function hasEnded({ restarts, ended, outOfMemory }: ServiceResources): boolean {
  return restarts > 0 || ended !== undefined || outOfMemory;
}

/**
 * The right answers of the time in which a service was watched; undefined where nobody knows which those are: by another clock, of
 * too little of the measured time, or where bursts that came at an instant may lie at either side of an end.
 */
function answersMeanwhile(
  measurement: Measurement,
  { fromMs: from, untilMs: until }: NonNullable<ServiceResources['cpu']>,
  load: WorkerLoad,
): number | undefined {
  const { durationMs, timeline } = measurement;
  const [fromMs, untilMs] = [sinceStart(measurement, from), sinceStart(measurement, until)];
  if (untilMs > durationMs + mostBesideMs) return undefined;
  // Before the first of them there is a pause in which nothing is sent.
  if (load.kind === 'burst') return fromMs <= 0 && untilMs >= durationMs ? measurement.requests : undefined;
  const firstMs = Math.min(0, ...timeline.map(({ second }) => second * msPerSecond));
  if (fromMs < Math.min(firstMs, -mostBesideMs)) return undefined;
  if (Math.min(untilMs, durationMs) - Math.max(fromMs, 0) < leastPart * durationMs) return undefined;
  return answersBetween(measurement, fromMs, untilMs).answers;
}

/** CPU time for each right answer, in ms. */
function cpuPerRequest(resources: ServiceResources, { measurement, load }: MeasuredTrial): number | undefined {
  const { cpu } = resources;
  if (cpu === undefined || hasEnded(resources)) return undefined;
  const answers = answersMeanwhile(measurement, cpu, load);
  return answers === undefined || answers === 0 ? undefined : (cpu.seconds * msPerSecond) / answers;
}

/** Undefined where one is missing. Nothing at all is none either: no server answers for free, and the clock has ticked too slowly. */
function sumOfAll(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  const sum = known.reduce((total, value) => total + value, 0);
  return known.length < values.length || sum === 0 ? undefined : sum;
}

const usage = { kind: 'timed', side: 'server', better: 'lower', byService: true } as const;

/** What the copies of the target used, all together, by their platform's account; or one service by itself. */
export const used: readonly Metric[] = [
  {
    ...usage,
    name: 'cpu_per_request',
    title: 'CPU/req',
    unit: 'ms',
    description: 'CPU time that all copies of the target used, per right answer of the same time.',
    of: (trial) => sumOfAll(trial.used.map((service) => cpuPerRequest(service, trial))),
  },
  {
    ...usage,
    name: 'memory_end',
    title: 'memory',
    unit: 'bytes',
    description: 'Memory that all copies of the target had at the end of the measured time.',
    of: (trial) => sumOfAll(trial.used.map((service) => (hasEnded(service) ? undefined : service.memoryEndBytes))),
  },
];
