import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../histogram/latency-histogram.ts';
import type { ErrorKind } from '../model/failures.ts';
import { seededRandom } from '../model/random.ts';
import { OpenBooks } from '../worker/drivers/open-books.ts';
import type { WorkerMessage, WorkerResult } from '../worker/protocol.ts';
import { Recorder, warmupRecorder } from '../worker/recording/recorder.ts';
import type { DrawnRequest } from '../worker/requests/drawn-request.ts';
import { drawnRequest } from '../worker/testing/jobs.ts';
import { mergeSeconds, mergeWorkerResults, type SecondMessage } from './merge.ts';

const kinds = [drawnRequest('GET /'), drawnRequest('POST /pay')] as const;
const [request] = kinds;

interface Exchange {
  readonly atMs: number;
  readonly latencyMs: number;
  readonly status: number;
  readonly fault: ErrorKind | undefined;
  readonly request: DrawnRequest;
}

const generator = { cpuRatio: 0.5, eventLoopUtilisation: 0.5, lagP99Us: 500, longestPauseUs: 0, pauseEndedAtMs: 0 };

function exchanges(count: number): Exchange[] {
  const random = seededRandom(9);
  return Array.from({ length: count }, () => {
    const wrong = random.next() < 0.1;
    return {
      atMs: 1000 + random.next() * 3000,
      latencyMs: 0.1 * Math.exp(8 * random.next()),
      status: wrong ? 503 : random.next() < 0.5 ? 200 : 201,
      fault: wrong ? ('status-5xx' as const) : undefined,
      request: kinds[random.next() < 0.2 ? 1 : 0],
    };
  }).sort((a, b) => a.atMs - b.atMs);
}

function recorded(part: readonly Exchange[], own = generator): WorkerResult {
  const recorder = new Recorder({
    phase: 'measuring',
    requests: kinds.map(({ name }) => name),
    startMs: 1000,
    durationMs: 3500,
    emit: () => undefined,
  });
  for (const { atMs, latencyMs, status, fault, request } of part) {
    recorder.sent(1000);
    recorder.answered(atMs, { sentAtMs: atMs - latencyMs, status, bytes: 100, fault, request });
  }
  recorder.sent(1000);
  recorder.unfinished(request, 1000);
  return recorder.finish(0, own);
}

describe('mergeWorkerResults', () => {
  it('is what one recorder fed with everything would have said', () => {
    const all = exchanges(5000);
    const parts = [0, 1, 2].map((worker) => all.filter((_, index) => index % 3 === worker));
    const merged = mergeWorkerResults(parts.map((part) => recorded(part)));
    const single = recorded(all);
    // Each of the three leaves one request unfinished, which it sent in the first second.
    const [first, ...others] = single.slices;
    const [get, pay] = single.byRequest;
    expect(merged).toEqual({
      ...single,
      sent: single.sent + 2,
      slices: [{ ...first, sent: (first?.sent ?? 0) + 2 }, ...others],
      unfinished: 3,
      byRequest: [{ ...get, unfinished: 3, waiting: merged.waiting }, pay],
      waiting: merged.waiting,
      inFlightMs: expect.closeTo(single.inFlightMs + 2 * 3500, 3) as number,
      generator: { ...generator, cpuRatio: 1.5 },
    });
    const [waiting, each] = [merged, single].map((result) => LatencyHistogram.decode(result.waiting).values());
    expect(waiting).toEqual(each?.map(({ us }) => ({ us, count: 3 })));
  });

  it('adds up processor time and takes the worst of the other numbers', () => {
    const merged = mergeWorkerResults([
      recorded([], {
        cpuRatio: 0.25,
        eventLoopUtilisation: 0.9,
        lagP99Us: 10,
        longestPauseUs: 900,
        pauseEndedAtMs: 70,
      }),
      recorded([], { cpuRatio: 0.5, eventLoopUtilisation: 0.1, lagP99Us: 2000, longestPauseUs: 0, pauseEndedAtMs: 0 }),
    ]);
    expect(merged.generator).toEqual({
      cpuRatio: 0.75,
      eventLoopUtilisation: 0.9,
      lagP99Us: 2000,
      longestPauseUs: 900,
      pauseEndedAtMs: 70,
    });
  });

  it('adds up what machines refused, takes the tightest limits and the first causes', () => {
    const part = recorded([]);
    const cause = { kind: 'no-route' as const, request: 'GET /' };
    const merged = mergeWorkerResults([
      { ...part, refusals: { 'no-route': 2 }, ownLimits: { files: 256 }, causes: [{ ...cause, atMs: 9 }] },
      {
        ...part,
        refusals: { 'no-route': 1, 'out-of-files': 4 },
        ownLimits: { files: 1024, ports: 7 },
        causes: [{ ...cause, atMs: 3 }],
      },
    ]);
    expect(merged).toMatchObject({
      refusals: { 'no-route': 3, 'out-of-files': 4 },
      ownLimits: { files: 256, ports: 7 },
      causes: [{ ...cause, atMs: 3 }],
    });
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

  it('adds up what open load offered, dropped and never sent', () => {
    const books = new OpenBooks(1000);
    books.released(500, 499);
    books.released(1500, 900);
    books.dropped();
    const service = new LatencyHistogram();
    service.record(100);
    books.inFlight(7);
    const part = { ...recorded([]), open: books.finish({ late: 3, service: service.encode() }) };
    const { open } = mergeWorkerResults([part, part]);
    expect(open).toMatchObject({ offered: 4, released: 2, dropped: 2, unsent: 0, late: 6, inFlightMost: 14 });
    expect(LatencyHistogram.decode(open?.scheduleLag ?? '').count).toBe(4);
    expect(LatencyHistogram.decode(open?.service ?? '').count).toBe(2);
  });
});

describe('mergeSeconds', () => {
  it('is the message of one worker that had done it all', () => {
    const all = exchanges(1000);
    const secondsOf = (part: readonly Exchange[]): SecondMessage[] => {
      const seconds: SecondMessage[] = [];
      const emit = (message: WorkerMessage): void => {
        if (message.type === 'second') seconds.push(message);
      };
      const recorder = warmupRecorder(4000, 3000, emit);
      for (const { atMs, latencyMs, status, fault } of part) {
        recorder.sent(atMs);
        recorder.answered(atMs, { sentAtMs: atMs - latencyMs, status, bytes: 100, fault, request });
      }
      recorder.end();
      return seconds;
    };
    const parts = [0, 1].map((worker) => secondsOf(all.filter((_, index) => index % 2 === worker)));
    const merged = [0, 1, 2].map((second) => mergeSeconds(parts.flatMap((part) => part[second] ?? [])));
    expect(merged).toEqual(secondsOf(all));
  });
});
