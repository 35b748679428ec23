import type { MeasuredTrial, Metric } from './metric.ts';
import { highest } from './timeline.ts';

const missing = 'projection_missing';
const counted = { unit: 'count', kind: 'counted', side: 'server', better: 'lower' } as const;

/** What the reference app said last. */
function atTheEnd(gauge: string): Metric['of'] {
  return ({ telemetry }) => telemetry.backends?.gauges[gauge];
}

/** How the summaries that are made of events differ from the tables, user by user: by what is in both. */
export const projection: readonly Metric[] = [
  {
    ...counted,
    name: 'projection_missing',
    title: 'missing',
    fromRows: true,
    description:
      'Todos that were created, and that the projection does not have: what is left of them when they get no fewer after the load.',
    of: atTheEnd(missing),
  },
  {
    ...counted,
    name: 'projection_extra',
    title: 'extra',
    fromRows: true,
    description: 'Todos that the projection has counted beyond those that there are.',
    of: atTheEnd('projection_extra'),
  },
  {
    ...counted,
    name: 'projection_lag',
    title: 'most behind',
    kind: 'timed',
    description: 'The most todos that the projection did not have yet, looked at once a second.',
    of: ({ telemetry }: MeasuredTrial) => highest(telemetry.timeline, 'backends', missing),
  },
  {
    ...counted,
    name: 'rebuild_time',
    title: 'rebuild',
    unit: 'ms',
    kind: 'timed',
    description: 'How long it took, the last time, to make the projection of all events that there were.',
    of: atTheEnd('projection_rebuild_ms'),
  },
];
