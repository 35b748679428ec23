import { deathText } from '../../analysis/comparison/dead-sides.ts';
import { formatDuration, formatNumber, plural } from '../../model/numbers.ts';
import type { Trial } from '../../model/plan.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import type { LabEvent } from '../../session/events.ts';

/** An event of one type. */
export type EventOf<Type extends LabEvent['type']> = Extract<LabEvent, { type: Type }>;

/** `[2/12] herd: lock, 2 replicas, round 2`. */
export function trialName({ number, scenario, variant, replicas, round }: Trial, trials: number): string {
  const again = round === 1 ? '' : `, round ${round}`;
  return `[${number}/${trials}] ${scenario}: ${variant}, ${plural(replicas, 'replica')}${again}`;
}

/** `1,234 RPS, p99 12.3 ms, 1 error`. */
export function outcomeText({ metrics, measurement, search }: TrialRecord): string {
  if (search?.limit === 'died') return 'the search ended, as a copy of what is tested died';
  if (search?.limit === 'noise') return 'there was too much noise to tell the highest rate that keeps it';
  if (search) return `${formatNumber(metrics.max_rps ?? 0)}/s is the highest rate that keeps it`;
  const p99 = metrics.p99 === undefined ? 'no answers' : `p99 ${formatNumber(metrics.p99)} ms`;
  return `${formatNumber(metrics.rps ?? 0)} RPS, ${p99}, ${plural(measurement.failed, 'error')}`;
}

/** What a second of load was like: `1,234 RPS, p50 1.20 ms, p99 4.50 ms, 0 errors`. */
export function secondText({ rps, p50Ms, p99Ms, errors }: EventOf<'trial-second'>): string {
  const times = rps === 0 ? 'no answers' : `p50 ${formatNumber(p50Ms)} ms, p99 ${formatNumber(p99Ms)} ms`;
  return `${formatNumber(rps)} RPS, ${times}, ${plural(errors, 'error')}`;
}

/** `PostgreSQL starts: over after 3.20 s`. */
export function endedText({ step, tookMs }: EventOf<'step-ended'>): string {
  return `${step}: over after ${formatDuration(Math.round(tookMs))}`;
}

/** What a signal has begun. */
export const stoppingText = 'stopping: what runs is taken down (once more, and it ends at once)';

/** `1 min 20 s left`. */
export function leftText(remainingMs: number): string {
  const seconds = Math.round(Math.max(0, remainingMs) / 1000);
  return seconds === 0 ? '0 s left' : `${formatDuration(seconds * 1000)} left`;
}

/** What is said of the run itself, the same everywhere. */
export function landmark(event: EventOf<'run-started' | 'leftovers-removed' | 'run-finished'>): string {
  switch (event.type) {
    case 'run-started':
      return `run ${event.runId}: ${plural(event.trials, 'trial')}, about ${formatDuration(event.expectedMs)}`;
    case 'leftovers-removed':
      return `removed ${plural(event.leftovers.length, 'leftover')} of runs that were killed`;
    case 'run-finished':
      return `results in ${event.folder}`;
  }
}

/** What is known after some rounds: the metrics that a person asks for first. */
export function lookText({ rounds, comparison }: EventOf<'look'>): string {
  const death = deathText(comparison);
  if (death !== undefined) return `after ${plural(rounds, 'round')}: ${death}`;
  const said = comparison.metrics.filter(
    ({ metric, request }) => request === undefined && ['rps', 'p50', 'p99'].includes(metric),
  );
  const parts = said.map(
    ({ metric, outcome, text }) => `${metric}: ${outcome === 'not-measured' ? 'not measured' : text}`,
  );
  return `after ${plural(rounds, 'round')}: ${parts.join('; ')}`;
}

/** `confirm 1,400/s: broken (p99 81 ms against 50 ms)`. */
export function probeText({ probe }: EventOf<'probe'>): string {
  const outcomes = { kept: 'kept', broken: 'broken', generator: 'beyond the generator' } as const;
  return `${probe.phase} ${formatNumber(probe.ratePerSecond)}/s: ${outcomes[probe.outcome]} (${probe.why})${probe.noise === undefined ? '' : `; ${probe.noise}`}`;
}
