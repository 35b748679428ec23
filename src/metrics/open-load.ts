import type { Measurement } from '../model/measurement.ts';
import type { Metric } from './metric.ts';

const usPerMs = 1000;
const msPerSecond = 1000;
const open = { unit: 'count', kind: 'counted', side: 'generator', better: 'lower', openOnly: true } as const;

type OpenMeasurement = NonNullable<Measurement['open']>;

function ofOpen(value: (open: OpenMeasurement, seconds: number) => number | undefined): Metric['of'] {
  return ({ measurement }) => measurement.open && value(measurement.open, measurement.durationMs / msPerSecond);
}

/** What only open load has: how the generator kept to it. */
export const openLoad: readonly Metric[] = [
  {
    ...open,
    name: 'offered_rate',
    title: 'offered',
    unit: 'per-second',
    better: 'higher',
    description: 'Open load: requests due per second of measured time.',
    of: ofOpen(({ offered }, seconds) => offered / seconds),
  },
  {
    ...open,
    name: 'sent_rate',
    title: 'sent',
    unit: 'per-second',
    kind: 'timed',
    better: 'higher',
    description: 'Open load: requests per second that were sent, of those that were due in the measured time.',
    of: ofOpen(({ offered, dropped, unsent }, seconds) => (offered - dropped - unsent) / seconds),
  },
  {
    ...open,
    name: 'schedule_lag',
    title: 'sched lag',
    unit: 'ms',
    kind: 'timed',
    description: 'Open load: how late the generator was at p99.',
    of: ofOpen(({ offered, scheduleLag }) => (offered > 0 ? scheduleLag.p99Us / usPerMs : undefined)),
  },
  {
    ...open,
    name: 'dropped',
    title: 'dropped',
    byRequest: true,
    counts: 'never-sent',
    description: 'Open load: requests never sent, as the most that may be in flight were.',
    of: ofOpen(({ dropped }) => dropped),
  },
  {
    ...open,
    name: 'unsent',
    title: 'unsent',
    byRequest: true,
    counts: 'never-sent',
    description: 'Open load: requests that still waited for a connection at the end.',
    of: ofOpen(({ unsent }) => unsent),
  },
];
