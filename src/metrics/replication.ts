import { ratio, total } from './counters.ts';
import type { Metric } from './metric.ts';
import { measuredValues } from './timeline.ts';

const msPerSecond = 1000;

/** Where reads went, and how far behind the standbys were. */
export const replication: readonly Metric[] = [
  {
    name: 'primary_reads',
    title: 'at primary',
    unit: 'ratio',
    kind: 'counted',
    side: 'server',
    better: 'lower',
    description: 'Share of the reads that were sent to the primary: all of them where there is no standby.',
    of: ({ telemetry }) => ratio(total(telemetry, 'db_reads_primary_total'), total(telemetry, 'db_reads_total')),
  },
  {
    name: 'replication_lag',
    title: 'lag',
    unit: 'ms',
    kind: 'timed',
    side: 'server',
    better: 'lower',
    description:
      'From a write at the primary to its having been done by the last of the standbys, on average, by PostgreSQL’s own account, looked at once a second.',
    of: ({ telemetry: { timeline }, measurement }) => {
      const looks = measuredValues(timeline, measurement, 'backends', 'db_replication_lag_seconds');
      const known = looks.filter((value) => value !== null);
      const seconds = ratio(
        known.reduce((whole, value) => whole + value, 0),
        known.length,
      );
      return seconds === undefined ? undefined : seconds * msPerSecond;
    },
  },
];
