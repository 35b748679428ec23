import { metrics } from '../metrics.ts';
import { formatValue, plural } from '../numbers.ts';
import type { Caveat, Measurement, ServiceResources, Telemetry } from '../result.ts';

/** Past these a measurement is not believed. */
export const trust = {
  /** Above it the generator, not the server, may be what was measured. */
  generatorUtilisation: 0.95,
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
  const { eventLoopUtilisation } = generator;
  if (eventLoopUtilisation <= trust.generatorUtilisation) return [];
  const percent = Math.round(eventLoopUtilisation * 100);
  const text = `the generator was the limit: its event loop was busy ${percent}% of the time`;
  return [{ kind: 'generator-saturated', text, doubts: [...timedMetrics] }];
}

function sampleCaveats({ requests }: Measurement): Caveat[] {
  const thin = thinPercentiles(requests);
  // That p99.9 is thin is said where it is printed; it would otherwise stand beside nearly every short trial.
  if (!thin.includes('p99')) return [];
  const text = `${requests} answers are too few for ${thin.join(' and ')}`;
  return [{ kind: 'too-few-samples', text, doubts: [...thin] }];
}

function replicaCaveats({ silent }: Telemetry): Caveat[] {
  return silent.map(({ replica, problem }) => ({
    kind: 'replica-silent',
    text: `${replica} did not tell its metrics: ${problem}`,
    doubts: [...serverMetrics],
  }));
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
