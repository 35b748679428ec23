import type { Measurement } from '../model/measurement.ts';

const sliceMs = 1000;

/** The right answers of a stretch of time. */
export interface CountedAnswers {
  readonly answers: number;
  /** How many came in the same seconds and not in the stretch, as far as that is known: so many more or fewer it may have been. */
  readonly uncertain: number;
}

/** When something was so, in ms from the start of the measured time. @param atMs in ms since 1970 */
export function sinceStart({ startedAt }: Measurement, atMs: number): number {
  return atMs - Date.parse(startedAt);
}

/**
 * The right answers from one moment to another, in ms from the start of the measured time; those of the warm-up come before it. Of a
 * second that is in it in part, so much is taken as if its answers had come evenly.
 */
export function answersBetween(measurement: Measurement, fromMs: number, untilMs: number): CountedAnswers {
  let [answers, uncertain] = [0, 0];
  for (const { second, requests } of measurement.timeline) {
    const [startMs, endMs] = [second * sliceMs, endOf(second, measurement)];
    const inside = Math.max(0, Math.min(endMs, untilMs) - Math.max(startMs, fromMs)) / (endMs - startMs);
    answers += requests * inside;
    if (inside > 0) uncertain += requests * (1 - inside);
  }
  return { answers, uncertain };
}

/** The last second of the measured time may be short. */
function endOf(second: number, { durationMs }: Measurement): number {
  const endMs = (second + 1) * sliceMs;
  return second * sliceMs < durationMs ? Math.min(endMs, durationMs) : endMs;
}
