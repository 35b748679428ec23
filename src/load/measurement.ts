import type { Measurement } from '../result.ts';
import { LatencyHistogram } from './histogram.ts';
import type { WorkerResult } from './job.ts';

/** What a worker's result says, with its histograms read. */
export function measurementOf(result: WorkerResult): Measurement {
  const latency = LatencyHistogram.decode(result.histogram);
  return {
    startedAt: new Date(result.startedAtMs).toISOString(),
    durationMs: result.durationMs,
    carried: result.carried,
    sent: result.sent,
    requests: result.requests,
    failed: Object.values(result.errors).reduce((sum, count) => sum + count, 0),
    unfinished: result.unfinished,
    bytes: result.bytes,
    statuses: result.statuses,
    errors: result.errors,
    latency: {
      meanUs: latency.meanUs,
      p50Us: latency.quantileUs(0.5),
      p90Us: latency.quantileUs(0.9),
      p95Us: latency.quantileUs(0.95),
      p99Us: latency.quantileUs(0.99),
      p999Us: latency.quantileUs(0.999),
      maxUs: latency.maxUs,
      histogram: result.histogram,
    },
    timeline: result.slices.map(({ second, requests, errors, histogram }) => {
      const slice = LatencyHistogram.decode(histogram);
      return {
        second,
        requests,
        errors,
        p50Us: slice.quantileUs(0.5),
        p99Us: slice.quantileUs(0.99),
        maxUs: slice.maxUs,
      };
    }),
    generator: result.generator,
  };
}
