import { LatencyHistogram } from './histogram.ts';
import { errorKinds, type WorkerResult, type WorkerSlice } from './job.ts';

/** One result from those of workers that ran at the same time: as exact as if one recorder had seen every request. */
export function mergeWorkerResults(results: readonly WorkerResult[]): WorkerResult {
  const [first] = results;
  if (first === undefined) throw new Error('There is no result to merge.');
  const total = (count: (result: WorkerResult) => number): number => sum(results.map(count));
  return {
    startedAtMs: Math.min(...results.map((result) => result.startedAtMs)),
    durationMs: Math.max(...results.map((result) => result.durationMs)),
    carried: total((result) => result.carried),
    sent: total((result) => result.sent),
    requests: total((result) => result.requests),
    bytes: total((result) => result.bytes),
    statuses: mergeStatuses(results),
    errors: mergeErrors(results),
    unfinished: total((result) => result.unfinished),
    histogram: mergeHistograms(results),
    slices: mergeSlices(results),
    generator: {
      cpuRatio: total((result) => result.generator.cpuRatio),
      // One saturated worker taints its share of the latencies; an average would hide it.
      eventLoopUtilisation: Math.max(...results.map((result) => result.generator.eventLoopUtilisation)),
      lagP99Us: Math.max(...results.map((result) => result.generator.lagP99Us)),
    },
  };
}

function mergeStatuses(results: readonly WorkerResult[]): WorkerResult['statuses'] {
  const merged: Record<string, number> = {};
  for (const [status, count] of results.flatMap((result) => Object.entries(result.statuses))) {
    merged[status] = (merged[status] ?? 0) + count;
  }
  return merged;
}

function mergeErrors(results: readonly WorkerResult[]): WorkerResult['errors'] {
  const merged: WorkerResult['errors'] = {};
  for (const kind of errorKinds) {
    const count = sum(results.map((result) => result.errors[kind] ?? 0));
    if (count > 0) merged[kind] = count;
  }
  return merged;
}

/** Second by second from each worker's own start; workers that start together differ by less than a second. */
function mergeSlices(results: readonly WorkerResult[]): WorkerSlice[] {
  const bySecond = new Map<number, WorkerSlice[]>();
  for (const slice of results.flatMap((result) => result.slices)) {
    const same = bySecond.get(slice.second);
    if (same === undefined) bySecond.set(slice.second, [slice]);
    else same.push(slice);
  }
  return [...bySecond]
    .sort(([a], [b]) => a - b)
    .map(([second, slices]) => ({
      second,
      requests: sum(slices.map((slice) => slice.requests)),
      errors: sum(slices.map((slice) => slice.errors)),
      histogram: mergeHistograms(slices),
    }));
}

function mergeHistograms(parts: readonly { readonly histogram: string }[]): string {
  return LatencyHistogram.merge(parts.map((part) => LatencyHistogram.decode(part.histogram))).encode();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
