import { valuesOf } from '../metrics/timeline.ts';
import { plural } from '../model/numbers.ts';
import type { TelemetryTimeline } from '../model/telemetry.ts';
import type { RolloutTimes } from '../model/telemetry.ts';
import type { Annotation } from '../record/run-record.ts';

/** More changes than these are told in one sentence. */
const changesTold = 10;

/** When a new version began to roll out, and when that was over. */
export function rolloutAnnotations(rollout: RolloutTimes | undefined): Annotation[] {
  if (!rollout) return [];
  return [
    { second: inSeconds(rollout.beganMs), text: 'a new version begins to roll out' },
    { second: inSeconds(rollout.endedMs), text: 'the roll-out is over: every replica is new' },
  ];
}

function inSeconds(ms: number): number {
  return Number((ms / 1000).toFixed(1));
}

/** In which second another number of replicas began to serve. */
export function changeAnnotations(timeline: TelemetryTimeline): Annotation[] {
  const answered = valuesOf(timeline, 'stack', 'replicas') ?? [];
  const changes = timeline.seconds.flatMap((second, index) => {
    const count = answered[index] ?? 0;
    return index === 0 || count === answered[index - 1] ? [] : [{ second: Math.floor(second), count }];
  });
  const [first] = changes;
  if (first && changes.length > changesTold) {
    const counts = changes.map(({ count }) => count);
    const range = `${Math.min(...counts)} to ${plural(Math.max(...counts), 'replica')}`;
    return [{ second: first.second, text: `${range} serve from here on, with ${changes.length} changes` }];
  }
  return changes.map(({ second, count }) => {
    return { second, text: `${plural(count, 'replica')} ${count === 1 ? 'serves' : 'serve'}` };
  });
}
