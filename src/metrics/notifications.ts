import type { MeasuredTrial, Metric } from './metric.ts';
import { highest, valuesOf } from './timeline.ts';

const msPerSecond = 1000;
const outstanding = 'notifications_outstanding';
const counted = { unit: 'count', kind: 'counted', side: 'server', better: 'lower' } as const;

/** What the reference app's database said last. */
function atTheEnd(gauge: string): Metric['of'] {
  return ({ telemetry }) => telemetry.backends?.gauges[gauge];
}

/** From the sample with the most outstanding to the first one after it with none. */
function drainTime({ telemetry: { timeline } }: MeasuredTrial): number | undefined {
  const samples = valuesOf(timeline, 'backends', outstanding) ?? [];
  const most = highest(timeline, 'backends', outstanding) ?? 0;
  const peak = samples.lastIndexOf(most);
  const drained = samples.findIndex((value, index) => index > peak && value === 0);
  const [from, until] = [timeline.seconds[peak], timeline.seconds[drained]];
  return most === 0 || from === undefined || until === undefined ? undefined : (until - from) * msPerSecond;
}

/** What became of what users were to hear of, by what is in the database: todos that were created, and the mails about them. */
export const notifications: readonly Metric[] = [
  {
    ...counted,
    name: 'notifications_lost',
    title: 'lost',
    fromRows: true,
    description:
      'Todos that were created, and of which no mail went out, todo by todo: what is left of them when they get no fewer after the load.',
    of: atTheEnd(outstanding),
  },
  {
    ...counted,
    name: 'notifications_orphaned',
    title: 'orphaned',
    fromRows: true,
    description: 'Mails about todos that there are not.',
    of: atTheEnd('notifications_orphaned'),
  },
  {
    ...counted,
    name: 'notifications_twice',
    title: 'twice',
    fromRows: true,
    description: 'Mails about something of which one had gone out before.',
    of: atTheEnd('notifications_twice'),
  },
  {
    ...counted,
    name: 'notifications_repeated',
    title: 'repeated',
    fromRows: true,
    description: 'Times that a notification came again, and was dropped: an inbox in a table had it.',
    of: atTheEnd('notifications_repeated'),
  },
  {
    ...counted,
    name: 'backlog_peak',
    title: 'most backlog',
    kind: 'timed',
    description: 'The most todos of which no mail had gone out yet, looked at once a second.',
    of: ({ telemetry }) => highest(telemetry.timeline, 'backends', outstanding),
  },
  {
    ...counted,
    name: 'drain_time',
    title: 'drain',
    unit: 'ms',
    kind: 'timed',
    description:
      'From the largest backlog of notifications until there was none, looked at once a second; missing where some were left.',
    of: drainTime,
  },
];
