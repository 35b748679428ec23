import type { OwnLimits } from '../model/failures.ts';
import type { OpenResult, WorkerMessage, WorkerResult, WorkerSlice } from '../worker/protocol.ts';
import { mergeAnatomies } from '../worker/recording/anatomy.ts';
import { mergeCauses } from '../worker/recording/causes.ts';
import { sumByRequest, sumHistograms, sumOutcomes } from '../worker/recording/outcomes.ts';

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
    ...sumOutcomes(results),
    inFlightMs: total((result) => result.inFlightMs),
    byRequest: sumByRequest(results.flatMap(({ byRequest }) => byRequest)),
    causes: mergeCauses(results.flatMap(({ causes }) => causes)),
    ownLimits: mergeLimits(results.map(({ ownLimits }) => ownLimits)),
    slices: mergeSlices(results.flatMap(({ slices }) => slices)),
    ...mergeAnatomies(results),
    ...mergeOpen(results.flatMap(({ open }) => open ?? [])),
    generator: {
      cpuRatio: total((result) => result.generator.cpuRatio),
      // One saturated worker taints its share of the latencies; an average would hide it.
      eventLoopUtilisation: Math.max(...results.map((result) => result.generator.eventLoopUtilisation)),
      lagP99Us: Math.max(...results.map((result) => result.generator.lagP99Us)),
      ...longestPause(results),
    },
  };
}

function longestPause(results: readonly WorkerResult[]) {
  const pauses = results.map(({ generator: { longestPauseUs, pauseEndedAtMs } }) => ({
    longestPauseUs,
    pauseEndedAtMs,
  }));
  return pauses.reduce((longest, next) => (next.longestPauseUs > longest.longestPauseUs ? next : longest));
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
    histogram: sumHistograms(slices.map((slice) => slice.histogram)),
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
    unsentWaiting: sumHistograms(parts.map((part) => part.unsentWaiting)),
    late: total((part) => part.late),
    // The workers' peaks need not be at the same time: this is the most that there can have been.
    inFlightMost: total((part) => part.inFlightMost),
    connectionsMost: total((part) => part.connectionsMost),
    service: sumHistograms(parts.map((part) => part.service)),
    scheduleLag: sumHistograms(parts.map((part) => part.scheduleLag)),
  };
  return { open };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
