import type { Metric } from './metric.ts';
import { highest, valuesOf } from './timeline.ts';

const msPerSecond = 1000;
const server = { unit: 'ms', kind: 'timed', side: 'server', better: 'lower' } as const;

/** How the number of replicas, and their version, changed. */
export const changes: readonly Metric[] = [
  {
    ...server,
    name: 'replicas_most',
    title: 'most replicas',
    unit: 'count',
    kind: 'counted',
    better: 'higher',
    ofSeveral: true,
    description: 'The most replicas that answered at once, looked at once a second.',
    of: ({ telemetry }) => highest(telemetry.timeline, 'stack', 'replicas'),
  },
  {
    ...server,
    name: 'scale_out_time',
    title: 'scale-out',
    description:
      'Autoscaling: time from the start of the stage with the highest rate (without stages, of the measured time) until the most replicas served.',
    // Undefined where it was not the peak that brought them.
    of: ({ telemetry: { timeline }, peakAtMs = Infinity }) => {
      const answered = valuesOf(timeline, 'stack', 'replicas') ?? [];
      const most = highest(timeline, 'stack', 'replicas');
      const first = answered.findIndex((count) => count === most);
      const passedMs = (timeline.seconds[first] ?? 0) * msPerSecond - peakAtMs;
      return first > 0 && passedMs > 0 ? passedMs : undefined;
    },
  },
  {
    ...server,
    name: 'time_to_recover',
    title: 'recovery',
    side: 'client',
    byAct: true,
    description:
      'From an act until clients were served as before it, in whole seconds of the measured time; of several acts the longest.',
    of: ({ acts }) => {
      const times = acts.flatMap(({ metrics }) => metrics.time_to_recover ?? []);
      return times.length === 0 || times.length < acts.length ? undefined : Math.max(...times);
    },
  },
  {
    ...server,
    name: 'rollout_time',
    title: 'roll-out',
    description: 'Time from when a new version began to roll out until the last old replica was gone.',
    of: ({ rollout }) => rollout && rollout.endedMs - rollout.beganMs,
  },
];
