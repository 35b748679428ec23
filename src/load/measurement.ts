import { LatencyHistogram } from '../histogram/latency-histogram.ts';
import { overdueIn } from '../histogram/overdue.ts';
import type { Anatomy, Measurement } from '../model/measurement.ts';
import type { OpenResult, Outcome, WorkerResult, WorkerSlice } from '../worker/protocol.ts';
import { anatomyAt } from '../worker/recording/anatomy.ts';
import { failedOf } from '../worker/recording/outcomes.ts';

/** What a worker's result says, with its histograms read; `warmup` are the seconds before the measured time. */
export function measurementOf(result: WorkerResult, warmup: readonly WorkerSlice[] = []): Measurement {
  const latency = LatencyHistogram.decode(result.histogram);
  const { startedAtMs, byRequest, slices, anatomy, open, ...rest } = result;
  return {
    ...outcomeOf(rest),
    startedAt: new Date(startedAtMs).toISOString(),
    // What no end of one request tells, those of all of them do.
    byRequest: byRequest.map((one) => outcomeOf(one, hasEnded(one) ? one.ended : result.ended)),
    timeline: [...warmup.map((slice) => ({ ...slice, second: slice.second - warmup.length })), ...slices].map(sliceOf),
    anatomy: [
      ...anatomyOf('p50', latency.quantileUs(0.5), anatomy),
      ...anatomyOf('p99', latency.quantileUs(0.99), anatomy),
    ],
    ...(open === undefined ? {} : { open: openOf(open) }),
  };
}

function hasEnded({ ended }: Outcome): boolean {
  return LatencyHistogram.decode(ended).count > 0;
}

/** @param took what requests took until they ended, from when they were sent */
function outcomeOf<T extends Outcome>({ histogram, waiting, ended, ...counts }: T, took = ended) {
  return {
    ...counts,
    failed: failedOf(counts),
    latency: latencyOf(histogram),
    waiting: waitingOf(waiting, took),
  };
}

function latencyOf(histogram: string): Measurement['latency'] {
  const latency = LatencyHistogram.decode(histogram);
  return {
    meanUs: latency.meanUs,
    p50Us: latency.quantileUs(0.5),
    p90Us: latency.quantileUs(0.9),
    p95Us: latency.quantileUs(0.95),
    p99Us: latency.quantileUs(0.99),
    p999Us: latency.quantileUs(0.999),
    maxUs: latency.maxUs,
    histogram,
  };
}

/** How long requests have had no answer. @param ended what those took that ended, from when they were sent */
function waitingOf(histogram: string, ended: string): Measurement['waiting'] {
  const waiting = LatencyHistogram.decode(histogram);
  return {
    longestUs: waiting.maxUs,
    overdue: { ...overdueIn(waiting, LatencyHistogram.decode(ended)) },
    histogram,
  };
}

function sliceOf({ second, sent, requests, errors, histogram }: WorkerSlice): Measurement['timeline'][number] {
  const latency = LatencyHistogram.decode(histogram);
  const p50Us = latency.quantileUs(0.5);
  return { second, sent, requests, errors, p50Us, p99Us: latency.quantileUs(0.99), maxUs: latency.maxUs };
}

function anatomyOf(percentile: Anatomy['percentile'], latencyUs: number, buckets: WorkerResult['anatomy']): Anatomy[] {
  const found = anatomyAt(latencyUs, buckets);
  if (found === undefined || found.latencyUs === 0) return [];
  // Only some requests are sampled: what they divide by is the percentile of all, so that both are one number in a report.
  const scale = latencyUs / found.latencyUs;
  const parts = Object.fromEntries(Object.entries(found.parts).map(([part, us]) => [part, us * scale]));
  return [{ percentile, latencyUs, samples: found.samples, parts }];
}

function openOf({ service, scheduleLag, unsentWaiting, ...counts }: OpenResult): Measurement['open'] {
  const lag = LatencyHistogram.decode(scheduleLag);
  return {
    ...counts,
    unsentLongestUs: LatencyHistogram.decode(unsentWaiting).maxUs,
    service: latencyOf(service),
    scheduleLag: { p50Us: lag.quantileUs(0.5), p99Us: lag.quantileUs(0.99), maxUs: lag.maxUs },
  };
}
