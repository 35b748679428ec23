import { valuesOf } from '../metrics/timeline.ts';
import { plural } from '../model/numbers.ts';
import type { TelemetryTimeline } from '../model/telemetry.ts';
import type { ActRecord, Annotation } from '../record/run-record.ts';

/** More changes than these are told in one sentence. */
const changesTold = 10;

/** When each act began, and when it was over where there is more to say then. */
export function actAnnotations(acts: readonly ToldAct[]): Annotation[] {
  return acts.flatMap(({ beganMs, endedMs, text, over }) => [
    { second: inSeconds(beganMs), text },
    ...(over === undefined ? [] : [{ second: inSeconds(endedMs), text: over }]),
  ]);
}

/** An act as a timeline shows it. */
export type ToldAct = Pick<ActRecord, 'beganMs' | 'endedMs' | 'text' | 'over'>;

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
