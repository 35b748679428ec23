import { mergeAnatomies } from './anatomy.ts';
import { mergeCauses } from './causes.ts';
import { LatencyHistogram } from './histogram.ts';
import {
  errorKinds,
  refusalKinds,
  type OpenResult,
  type OwnLimits,
  type WorkerMessage,
  type WorkerResult,
  type WorkerSlice,
} from './job.ts';

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
    completed: total((result) => result.completed),
    bytes: total((result) => result.bytes),
    statuses: mergeStatuses(results),
    errors: mergeKinds(
      errorKinds,
      results.map(({ errors }) => errors),
    ),
    refusals: mergeKinds(
      refusalKinds,
      results.map(({ refusals }) => refusals),
    ),
    causes: mergeCauses(results.flatMap(({ causes }) => causes)),
    ownLimits: mergeLimits(results.map(({ ownLimits }) => ownLimits)),
    unfinished: total((result) => result.unfinished),
    histogram: mergeHistograms(results.map(({ histogram }) => histogram)),
    slices: mergeSlices(results.flatMap(({ slices }) => slices)),
    ...mergeAnatomies(results),
    ...mergeOpen(results.flatMap(({ open }) => open ?? [])),
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

function mergeKinds<Kind extends string>(
  kinds: readonly Kind[],
  all: readonly Partial<Record<Kind, number>>[],
): Partial<Record<Kind, number>> {
  const merged: Partial<Record<Kind, number>> = {};
  for (const kind of kinds) {
    const count = sum(all.map((counts) => counts[kind] ?? 0));
    if (count > 0) merged[kind] = count;
  }
  return merged;
}

/** The tightest of each. */
function mergeLimits(all: readonly OwnLimits[]): OwnLimits {
  const least = (numbers: readonly number[]): number | undefined =>
    numbers.length === 0 ? undefined : Math.min(...numbers);
  const files = least(all.flatMap((limits) => limits.files ?? []));
  const ports = least(all.flatMap((limits) => limits.ports ?? []));
  return { ...(files === undefined ? {} : { files }), ...(ports === undefined ? {} : { ports }) };
}

/** A message of one second. */
export type SecondMessage = Extract<WorkerMessage, { type: 'second' }>;

/** One message from those of workers about the same second of the same phase. */
export function mergeSeconds(messages: readonly SecondMessage[]): SecondMessage {
  const [first] = messages;
  if (first === undefined) throw new Error('There is no message to merge.');
  return { type: 'second', phase: first.phase, ...mergeSlice(first.second, messages) };
}

/** Second by second: the workers started at a common instant. */
function mergeSlices(slices: readonly WorkerSlice[]): WorkerSlice[] {
  const seconds = [...new Set(slices.map(({ second }) => second))].sort((one, other) => one - other);
  return seconds.map((second) =>
    mergeSlice(
      second,
      slices.filter((slice) => slice.second === second),
    ),
  );
}

function mergeSlice(second: number, slices: readonly Omit<WorkerSlice, 'second'>[]): WorkerSlice {
  return {
    second,
    sent: sum(slices.map((slice) => slice.sent)),
    requests: sum(slices.map((slice) => slice.requests)),
    errors: sum(slices.map((slice) => slice.errors)),
    histogram: mergeHistograms(slices.map((slice) => slice.histogram)),
  };
}

function mergeOpen(parts: readonly OpenResult[]): { readonly open?: OpenResult } {
  if (parts.length === 0) return {};
  const total = (count: (part: OpenResult) => number): number => sum(parts.map(count));
  const open = {
    offered: total((part) => part.offered),
    released: total((part) => part.released),
    dropped: total((part) => part.dropped),
    unsent: total((part) => part.unsent),
    late: total((part) => part.late),
    // The workers' peaks need not be at the same time: this is the most that there can have been.
    inFlightMost: total((part) => part.inFlightMost),
    connectionsMost: total((part) => part.connectionsMost),
    service: mergeHistograms(parts.map((part) => part.service)),
    scheduleLag: mergeHistograms(parts.map((part) => part.scheduleLag)),
  };
  return { open };
}

function mergeHistograms(histograms: readonly string[]): string {
  return LatencyHistogram.merge(histograms.map((text) => LatencyHistogram.decode(text))).encode();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
