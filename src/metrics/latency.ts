import type { Measurement } from '../model/measurement.ts';
import type { Metric } from './metric.ts';
import { measuredSlices } from './timeline.ts';

type Latency = Measurement['latency'];

/** A percentile that a trial tells, and the share of the requests that it is not less than. */
export interface Percentile {
  readonly name: string;
  readonly quantile: number;
  readonly description: string;
  readonly us: (latency: Latency) => number;
}

/** The percentiles of latency; there are those of the response and of the service time as well, under `p99.service`. */
export const percentiles: readonly Percentile[] = [
  { name: 'p50', quantile: 0.5, description: 'Median latency of the right answers.', us: ({ p50Us }) => p50Us },
  { name: 'p90', quantile: 0.9, description: '90th percentile of latency.', us: ({ p90Us }) => p90Us },
  { name: 'p95', quantile: 0.95, description: '95th percentile of latency.', us: ({ p95Us }) => p95Us },
  { name: 'p99', quantile: 0.99, description: '99th percentile of latency.', us: ({ p99Us }) => p99Us },
  { name: 'p99.9', quantile: 0.999, description: '99.9th percentile of latency.', us: ({ p999Us }) => p999Us },
];

const usPerMs = 1000;
const latency = { unit: 'ms', kind: 'timed', side: 'client', better: 'lower' } as const;
const latencyOfEach = { ...latency, byRequest: true } as const;

/** Latencies of no answers at all do not exist. */
function inMs(us: (measurement: Measurement) => number | undefined): Metric['of'] {
  return ({ measurement }) => {
    const known = measurement.requests > 0 ? us(measurement) : undefined;
    return known === undefined ? undefined : known / usPerMs;
  };
}

/** How long right answers took, from the moment of being due where they have one. */
export const latencies: readonly Metric[] = [
  {
    ...latencyOfEach,
    name: 'mean',
    title: 'mean',
    description: 'Mean latency of the right answers.',
    of: inMs((measurement) => measurement.latency.meanUs),
  },
  ...percentiles.map(({ name, description, us }) => ({
    ...latencyOfEach,
    name,
    title: name,
    description,
    of: inMs((measurement) => us(measurement.latency)),
  })),
  {
    ...latencyOfEach,
    name: 'max',
    title: 'max',
    description: 'The slowest right answer.',
    of: inMs((measurement) => measurement.latency.maxUs),
  },
  {
    ...latency,
    name: 'worst_second_p99',
    title: 'worst p99',
    description: 'The highest p99 that any one second of the measured time had.',
    of: inMs((measurement) => Math.max(0, ...measuredSlices(measurement).map((slice) => slice.p99Us))),
  },
];

/** The time from being sent; and, where requests have a moment at which they are due, the time from that. */
export const twoTimes: readonly Metric[] = percentiles
  .filter(({ quantile }) => quantile <= 0.99)
  .flatMap(({ name, us }) => [
    {
      ...latency,
      name: `${name}.response`,
      title: `${name} response`,
      openOnly: true,
      description: `Open load: ${name} of the response time, from the moment of being due.`,
      of: inMs((measurement) => measurement.open && us(measurement.latency)),
    },
    {
      ...latency,
      name: `${name}.service`,
      title: `${name} service`,
      description: `${name} of the service time, from being sent: of open load without the wait before it.`,
      of: inMs(({ open, latency: all }) => us(open?.service ?? all)),
    },
  ]);
