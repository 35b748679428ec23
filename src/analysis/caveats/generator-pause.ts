import { percentiles } from '../../metrics/latency.ts';
import type { WorkerLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import { formatDuration } from '../../model/numbers.ts';
import type { Trust } from '../../model/scenario.ts';
import type { Caveat } from '../../record/run-record.ts';
import { doubts, noDifference } from './doubts.ts';
import { aliasesOf, censoredPercentiles } from './percentiles.ts';

/** What a pause changes by its share of the time; percentiles change by the share of the requests. */
const ratesAndMeans = [...doubts.timed.filter((name) => !doubts.latencies.includes(name)), 'mean'];

/** A latency that is this many times a pause is no other one without it. */
const negligible = 10;

/**
 * A generator that did nothing for a while, whatever kept it: it was stopped, starved of the processor, or busy with itself. One
 * pause in a trial does not show at p99 of its lag, and no request was sent in it, nor answer read.
 */
export function generatorPause(measurement: Measurement, load: WorkerLoad, trust: Trust): Caveat[] {
  const { durationMs, requests, latency, generator } = measurement;
  const pauseMs = generator.longestPauseUs / 1000;
  if (pauseMs <= trust.lagMs) return [];
  const share = pauseMs / durationMs;
  const endedMs = Math.min(generator.pauseEndedAtMs, durationMs);
  const text = `the load generator stood still for ${formatDuration(pauseMs)} from ${formatDuration(Math.max(0, endedMs - pauseMs))} on: what it did not send or read meanwhile is not the system’s doing`;
  // Of closed load each connection had one request that was late for it; of other load, all that were due meanwhile were.
  const late = load.kind === 'closed' ? load.connections / Math.max(1, requests) : share;
  const near = percentiles.filter(({ us }) => us(latency) < negligible * generator.longestPauseUs);
  const censored = censoredPercentiles(Math.min(1, late));
  const shifted = near.map(({ name }) => name).filter((name) => censored.includes(name));
  const others = latency.maxUs < negligible * generator.longestPauseUs ? ['max', 'worst_second_p99'] : [];
  // It takes at most its share of the time from a rate.
  const rates = share > noDifference ? [...ratesAndMeans] : [];
  // All that was in flight then was out of time when it went on, whatever the server did.
  const losses = pauseMs >= load.timeoutMs ? doubts.losses : [];
  const doubted = [...rates, ...shifted, ...aliasesOf(shifted), ...others, ...losses];
  return doubted.length === 0 ? [] : [{ kind: 'generator-paused', text, doubts: doubted }];
}
