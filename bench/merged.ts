import { LatencyHistogram } from '../src/histogram/latency-histogram.ts';
import type { WorkerResult } from '../src/worker/protocol.ts';

/** How a result that was merged compares with the results that it was merged of. */
export interface MergeCheck {
  /** Requests that the workers' own histograms hold, and the merged one. */
  readonly apart: number;
  readonly merged: number;
  /** Ranks at which the merged histogram has another latency than all latencies of the workers in order. */
  readonly different: number;
}

/** Puts the latencies of all workers in order, and compares them with the merged ones, each rank a quantile. */
export function checkMerge(merged: WorkerResult, parts: readonly WorkerResult[]): MergeCheck {
  const ofParts = parts.map(({ histogram }) => latenciesOf(histogram));
  const together = Float64Array.from(ofParts.flatMap((latencies) => [...latencies])).sort();
  const ofMerged = latenciesOf(merged.histogram);
  const ranks = Math.max(together.length, ofMerged.length);
  const different = Array.from({ length: ranks }).filter((_, rank) => together[rank] !== ofMerged[rank]).length;
  return { apart: together.length, merged: ofMerged.length, different };
}

/** All latencies that a histogram holds, to its resolution, in order. */
function latenciesOf(text: string): Float64Array {
  const histogram = LatencyHistogram.decode(text);
  const { count } = histogram;
  // The middle of a rank's share of all: no rounding leads to its neighbour.
  return Float64Array.from({ length: count }, (_, rank) => histogram.quantileUs((rank + 0.5) / count));
}
