import { describe, expect, it } from 'vitest';
import type { ErrorKind, WorkerResult } from './job.ts';
import { mergeWorkerResults } from './merge.ts';
import { seededRandom } from './random.ts';
import { Recorder } from './recorder.ts';

interface Exchange {
  readonly atMs: number;
  readonly latencyMs: number;
  readonly status: number;
  readonly fault: ErrorKind | undefined;
}

const generator = { cpuRatio: 0.5, eventLoopUtilisation: 0.5, lagP99Us: 500 };

function exchanges(count: number): Exchange[] {
  const random = seededRandom(9);
  return Array.from({ length: count }, () => {
    const wrong = random.next() < 0.1;
    return {
      atMs: 1000 + random.next() * 3000,
      latencyMs: 0.1 * Math.exp(8 * random.next()),
      status: wrong ? 503 : random.next() < 0.5 ? 200 : 201,
      fault: wrong ? ('status-5xx' as const) : undefined,
    };
  }).sort((a, b) => a.atMs - b.atMs);
}

function recorded(part: readonly Exchange[], own = generator): WorkerResult {
  const recorder = new Recorder({ phase: 'measuring', startMs: 1000, durationMs: 3500, emit: () => undefined });
  for (const { atMs, latencyMs, status, fault } of part) {
    recorder.sent(1000);
    recorder.answered(atMs, { sentAtMs: atMs - latencyMs, status, bytes: 100, fault });
  }
  recorder.sent(1000);
  recorder.unfinished();
  return recorder.finish(0, own);
}

describe('mergeWorkerResults', () => {
  it('is what one recorder fed with everything would have said', () => {
    const all = exchanges(5000);
    const parts = [0, 1, 2].map((worker) => all.filter((_, index) => index % 3 === worker));
    const merged = mergeWorkerResults(parts.map((part) => recorded(part)));
    const single = recorded(all);
    expect(merged).toEqual({
      ...single,
      sent: single.sent + 2,
      unfinished: 3,
      generator: { ...generator, cpuRatio: 1.5 },
    });
  });

  it('adds up processor time and takes the worst of the other numbers', () => {
    const merged = mergeWorkerResults([
      recorded([], { cpuRatio: 0.25, eventLoopUtilisation: 0.9, lagP99Us: 10 }),
      recorded([], { cpuRatio: 0.5, eventLoopUtilisation: 0.1, lagP99Us: 2000 }),
    ]);
    expect(merged.generator).toEqual({ cpuRatio: 0.75, eventLoopUtilisation: 0.9, lagP99Us: 2000 });
  });

  it('keeps seconds that only one worker has', () => {
    const short = recorded(exchanges(100));
    const merged = mergeWorkerResults([{ ...short, slices: short.slices.slice(0, 1) }, short]);
    expect(merged.slices.map((slice) => slice.second)).toEqual([0, 1, 2, 3]);
    expect(merged.slices[0]?.requests).toBe(2 * (short.slices[0]?.requests ?? NaN));
    expect(merged.slices[1]).toEqual(short.slices[1]);
  });

  it('has nothing to say of no result', () => {
    expect(() => mergeWorkerResults([])).toThrow();
  });
});
