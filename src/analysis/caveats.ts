import { metrics } from '../metrics.ts';
import { formatNumber, formatQuantity, formatValue, plural } from '../numbers.ts';
import type { Caveat, Measurement, ServiceResources, Telemetry } from '../result.ts';

/** Past these a measurement is not believed. */
export const trust = {
  /** Above it the generator, not the server, may be what was measured. */
  generatorUtilisation: 0.95,
  /** Above it the generator was kept from its work, by whatever else the machine does. */
  generatorLagUs: 50_000,
  /** Below it a percentile is one or two requests' luck. Ten is the least that makes a rank statistic steady. */
  samplesBeyondPercentile: 10,
  /** Above it a service is said to have been at its CPU limit. */
  throttledShare: 0.05,
} as const;

const timedMetrics = metrics.filter(({ kind }) => kind === 'timed').map(({ name }) => name);
const serverMetrics = metrics.filter(({ side }) => side === 'server').map(({ name }) => name);

const percentiles: readonly (readonly [string, number])[] = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p99.9', 0.999],
];

/** Names of the percentiles for which there are too few answers, e.g. `['p99', 'p99.9']` for 500. */
export function thinPercentiles(requests: number): readonly string[] {
  return percentiles
    .filter(([, quantile]) => requests * (1 - quantile) < trust.samplesBeyondPercentile - 1e-9)
    .map(([name]) => name);
}

function generatorCaveats({ generator }: Measurement): Caveat[] {
  const { eventLoopUtilisation, lagP99Us } = generator;
  const busy = eventLoopUtilisation > trust.generatorUtilisation;
  if (!busy && lagP99Us <= trust.generatorLagUs) return [];
  const reason = busy
    ? `its event loop was busy ${formatValue(eventLoopUtilisation, 'ratio')} of the time`
    : `its timers were ${formatQuantity(lagP99Us / 1000, 'ms')} late at p99`;
  return [{ kind: 'generator-saturated', text: `the generator was the limit: ${reason}`, doubts: [...timedMetrics] }];
}

/** A percentile of every second is as good as the second with the fewest answers; the last one may be short. */
function isWorstSecondThin({ timeline, durationMs }: Measurement): boolean {
  const whole = timeline.filter(({ second }) => (second + 1) * 1000 <= durationMs);
  return whole.length === 0 || whole.some(({ requests }) => thinPercentiles(requests).includes('p99'));
}

function sampleCaveats(measurement: Measurement): Caveat[] {
  const thin = [
    ...thinPercentiles(measurement.requests),
    ...(isWorstSecondThin(measurement) ? ['worst_second_p99'] : []),
  ];
  if (thin.length === 0) return [];
  const text = `${formatNumber(measurement.requests)} answers are too few for ${thin.join(', ')}`;
  return [{ kind: 'too-few-samples', text, doubts: thin }];
}

function replicaCaveats({ lost, silent }: Telemetry): Caveat[] {
  return [
    ...lost.map(({ replica, problem }): Caveat => ({
      kind: 'restarted',
      text: `${replica}: ${problem}`,
      doubts: [...timedMetrics, ...serverMetrics],
    })),
    ...silent.map(({ replica, problem }): Caveat => ({
      kind: 'replica-silent',
      text: `${replica} did not tell its metrics: ${problem}`,
      doubts: [...serverMetrics],
    })),
  ];
}

function resourceCaveats(resources: readonly ServiceResources[]): Caveat[] {
  return resources.flatMap(({ service, throttledRatio, restarts, outOfMemory, ended }): Caveat[] => {
    const troubles: Caveat[] = [];
    const died = outOfMemory ? 'it was at its memory limit' : ended;
    if (restarts > 0 || outOfMemory || ended !== undefined) {
      const what = restarts > 0 ? `restarted ${plural(restarts, 'time')}` : 'died';
      const why = died === undefined ? '' : `: ${died}`;
      troubles.push({
        kind: 'restarted',
        text: `${service} ${what}${why}`,
        doubts: [...timedMetrics, ...serverMetrics],
      });
    }
    if (throttledRatio > trust.throttledShare) {
      const text = `${service} was at its CPU limit ${formatValue(throttledRatio, 'ratio')} of the time`;
      // The limit is part of the topology: what it does to the times is the result, not a flaw of the measurement.
      troubles.push({ kind: 'throttled', text, doubts: [] });
    }
    return troubles;
  });
}

/** The reasons to trust a trial's numbers less, each with the metrics that it casts doubt on. */
export function caveatsOf(
  measurement: Measurement,
  telemetry: Telemetry,
  resources: readonly ServiceResources[] = [],
): Caveat[] {
  return [
    ...generatorCaveats(measurement),
    ...sampleCaveats(measurement),
    ...replicaCaveats(telemetry),
    ...resourceCaveats(resources),
  ];
}
