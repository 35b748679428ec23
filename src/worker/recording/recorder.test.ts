import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../histogram/latency-histogram.ts';
import type { WorkerMessage } from '../protocol.ts';
import { drawnRequest } from '../testing/jobs.ts';
import { Recorder, warmupRecorder } from './recorder.ts';

const request = drawnRequest();

const generator = { cpuRatio: 0.1, eventLoopUtilisation: 0.2, lagP99Us: 300, longestPauseUs: 0, pauseEndedAtMs: 0 };
const startMs = 12_345.678;

function record(durationMs?: number): { recorder: Recorder; messages: WorkerMessage[] } {
  const messages: WorkerMessage[] = [];
  const emit = (message: WorkerMessage): void => void messages.push(message);
  const duration = durationMs === undefined ? {} : { durationMs };
  return { recorder: new Recorder({ phase: 'measuring', requests: ['GET /'], startMs, emit, ...duration }), messages };
}

function answer(recorder: Recorder, atMs: number, latencyMs: number, status = 200): void {
  recorder.sent(startMs + atMs - latencyMs);
  recorder.answered(startMs + atMs, { sentAtMs: startMs + atMs - latencyMs, status, bytes: 10, request });
}

describe('Recorder', () => {
  it('counts what was right, failed and unfinished', () => {
    const { recorder } = record(1000);
    answer(recorder, 100, 5);
    answer(recorder, 200, 7, 204);
    recorder.sent(startMs + 300);
    recorder.answered(startMs + 310, { sentAtMs: startMs + 300, status: 500, bytes: 5, fault: 'status-5xx', request });
    recorder.sent(startMs + 400);
    recorder.failed(startMs + 410, 'reset', { sentAtMs: startMs + 400, request });
    recorder.sent(startMs + 999);
    recorder.unfinished(request, startMs + 999);
    const result = recorder.finish(recorder.endMs, generator);
    expect(result).toMatchObject({
      durationMs: 1000,
      sent: 5,
      requests: 2,
      bytes: 25,
      statuses: { 200: 1, 204: 1, 500: 1 },
      errors: { 'status-5xx': 1, reset: 1 },
      unfinished: 1,
      generator,
    });
    expect(result.slices).toHaveLength(1);
    expect(result.slices[0]).toMatchObject({ second: 0, requests: 2, errors: 2 });
    expect(LatencyHistogram.decode(result.histogram).count).toBe(2);
  });

  it('keeps what everything took that ended, right or not, from when it was sent', () => {
    const { recorder } = record(1000);
    answer(recorder, 100, 5);
    recorder.sent(startMs + 300);
    recorder.answered(startMs + 340, { sentAtMs: startMs + 300, status: 500, bytes: 5, fault: 'status-5xx', request });
    recorder.sent(startMs + 400);
    recorder.failed(startMs + 600, 'timed-out', { sentAtMs: startMs + 400, request });
    // It was due long before it was sent.
    const late = { dueAtMs: startMs + 100, sentAtMs: startMs + 690, status: 200, bytes: 10, request };
    const waiting = new Recorder({
      phase: 'measuring',
      requests: ['GET /'],
      startMs,
      durationMs: 1000,
      waits: true,
      emit: () => undefined,
    });
    waiting.sent(late.sentAtMs);
    waiting.answered(startMs + 700, late);
    recorder.sent(startMs + 900);
    recorder.unfinished(request, startMs + 900);
    const [closed, open] = [recorder, waiting].map((books) => books.finish(books.endMs, generator));
    const msOf = (histogram = ''): number[] =>
      LatencyHistogram.decode(histogram)
        .values()
        .map(({ us }) => Math.round(us / 1000));
    expect(msOf(closed?.ended)).toEqual([5, 40, 200]);
    expect([msOf(open?.histogram), msOf(open?.ended), msOf(waiting.service)]).toEqual([[600], [10], [10]]);
    expect(open?.byRequest[0]?.ended).toBe(open?.ended);
  });

  it('keeps the books of each request of the workload, also of one that was never sent', () => {
    const [get, pay] = [request, drawnRequest('POST /pay')];
    const names = [get.name, pay.name, 'GET /rare'];
    const recorder = new Recorder({
      phase: 'measuring',
      requests: names,
      startMs,
      durationMs: 1000,
      emit: () => undefined,
    });
    for (const latencyMs of [5, 5, 80]) {
      recorder.sent(startMs);
      recorder.answered(startMs + latencyMs, { sentAtMs: startMs, status: 200, bytes: 10, request: get });
    }
    recorder.sent(startMs);
    recorder.answered(startMs + 9, { sentAtMs: startMs, status: 500, bytes: 7, fault: 'status-5xx', request: pay });
    recorder.sent(startMs);
    recorder.failed(startMs + 9, 'reset', { sentAtMs: startMs + 8, request: pay });
    recorder.sent(startMs);
    recorder.unfinished(pay, startMs);
    recorder.neverSent(pay, 'dropped');
    const { byRequest, histogram, ...whole } = recorder.finish(recorder.endMs, generator);
    expect(byRequest.map(({ histogram: _, waiting: _waiting, ended: _ended, ...counts }) => counts)).toEqual([
      {
        request: 'GET /',
        requests: 3,
        completed: 3,
        bytes: 30,
        statuses: { 200: 3 },
        errors: {},
        refusals: {},
        unfinished: 0,
        dropped: 0,
        unsent: 0,
      },
      {
        request: 'POST /pay',
        requests: 0,
        completed: 0,
        bytes: 7,
        statuses: { 500: 1 },
        errors: { 'status-5xx': 1, reset: 1 },
        refusals: {},
        unfinished: 1,
        dropped: 1,
        unsent: 0,
      },
      {
        request: 'GET /rare',
        requests: 0,
        completed: 0,
        bytes: 0,
        statuses: {},
        errors: {},
        refusals: {},
        unfinished: 0,
        dropped: 0,
        unsent: 0,
      },
    ]);
    expect(whole).toMatchObject({ requests: 3, bytes: 37, statuses: { 200: 3, 500: 1 }, unfinished: 1 });
    expect(byRequest[0]?.histogram).toBe(histogram);
  });

  it('counts what the own machine refused apart from the errors of the server, and keeps the first cause of each', () => {
    const { recorder } = record(1000);
    answer(recorder, 100, 5);
    for (const [kind, words] of [
      ['out-of-files', 'connect EMFILE'],
      ['out-of-files', 'connect EMFILE again'],
      ['no-route', 'connect ENETUNREACH'],
      ['refused', 'connect ECONNREFUSED'],
    ] as const) {
      recorder.sent(startMs + 200);
      recorder.failed(startMs + 210, kind, { sentAtMs: startMs + 200, request, words });
    }
    const result = recorder.finish(recorder.endMs, generator);
    expect(result).toMatchObject({
      sent: 5,
      requests: 1,
      unfinished: 0,
      errors: { refused: 1 },
      refusals: { 'out-of-files': 2, 'no-route': 1 },
    });
    expect(result.slices[0]).toMatchObject({ sent: 5, requests: 1, errors: 1 });
    expect(result.causes.map(({ kind, words }) => [kind, words])).toEqual([
      ['out-of-files', 'connect EMFILE'],
      ['no-route', 'connect ENETUNREACH'],
      ['refused', 'connect ECONNREFUSED'],
    ]);
    expect(result.causes[0]?.atMs).toBeCloseTo(210);
  });

  it('takes what ends at or after the last moment for unfinished, and what is sent then for none of its own', () => {
    const { recorder } = record(1000);
    expect(recorder.sent(startMs + 999.9)).toBe(true);
    recorder.answered(recorder.endMs, { sentAtMs: startMs + 999.9, status: 200, bytes: 10, request });
    expect(recorder.sent(startMs + 998)).toBe(true);
    recorder.failed(recorder.endMs + 5, 'timed-out', { sentAtMs: startMs + 998, request });
    expect(recorder.sent(recorder.endMs)).toBe(false);
    const result = recorder.finish(recorder.endMs, generator);
    expect(result).toMatchObject({ sent: 2, requests: 0, errors: {}, statuses: {}, bytes: 0, unfinished: 2 });
    // How long each had waited by the last moment, and not by when its end came in.
    expect(
      LatencyHistogram.decode(result.waiting)
        .values()
        .map(({ us }) => us),
    ).toEqual([100, 2000]);
  });

  it('keeps a slice for every second, also for empty ones, and tells of those that have passed', () => {
    const { recorder, messages } = record(4500);
    answer(recorder, 0.5, 0.5);
    answer(recorder, 1000, 2);
    answer(recorder, 3999.9, 3);
    answer(recorder, 4100, 3);
    const { slices, histogram } = recorder.finish(recorder.endMs, generator);
    expect(slices.map(({ second, requests }) => [second, requests])).toEqual([
      [0, 1],
      [1, 1],
      [2, 0],
      [3, 1],
      [4, 1],
    ]);
    expect(messages.map((message) => (message.type === 'second' ? [message.second, message.requests] : []))).toEqual([
      [0, 1],
      [1, 1],
      [2, 0],
      [3, 1],
    ]);
    const sum = LatencyHistogram.merge(slices.map((slice) => LatencyHistogram.decode(slice.histogram)));
    expect(sum.encode()).toBe(histogram);
  });

  it('ends a whole second at its end', () => {
    const { recorder, messages } = record(2000);
    recorder.tick(startMs + 5000);
    expect(recorder.finish(recorder.endMs, generator).slices).toHaveLength(2);
    expect(messages).toHaveLength(2);
  });

  // Sums of doubles: whether the end seems to be reached must not depend on when the process began.
  it.each([0, 0.1, 345.678, 9876.54321])('tells of every second of a warm-up that begins at %d', (beginMs) => {
    for (const [durationMs, seconds] of [
      [1000, [0]],
      [2000, [0, 1]],
      [1500, [0, 1]],
    ] as const) {
      const messages: WorkerMessage[] = [];
      const emit = (message: WorkerMessage): void => void messages.push(message);
      const recorder = warmupRecorder(beginMs + durationMs, durationMs, emit);
      recorder.sent(beginMs);
      recorder.tick(beginMs + durationMs + 30);
      recorder.end();
      expect(messages.map((message) => (message.type === 'second' ? message.second : message.type))).toEqual(seconds);
    }
  });

  it('balances what was in flight at its first moment', () => {
    const recorder = new Recorder({
      phase: 'measuring',
      requests: ['GET /'],
      startMs,
      durationMs: 1000,
      carried: 2,
      emit: () => undefined,
    });
    recorder.answered(startMs + 10, { sentAtMs: startMs - 500, status: 200, bytes: 1, request });
    recorder.unfinished(request, startMs - 500);
    const result = recorder.finish(recorder.endMs, generator);
    expect(result).toMatchObject({ carried: 2, sent: 0, requests: 1, unfinished: 1 });
    expect(LatencyHistogram.decode(result.histogram).quantileUs(1)).toBeGreaterThanOrEqual(510_000);
  });

  it('takes its duration from its end where none was given', () => {
    const { recorder } = record();
    answer(recorder, 1200, 2);
    const result = recorder.finish(startMs + 1250.5, generator);
    expect(result.durationMs).toBeCloseTo(1250.5);
    expect(result.slices).toHaveLength(2);
  });

  it('refuses books that do not balance', () => {
    const { recorder } = record(1000);
    recorder.sent(startMs);
    expect(() => recorder.finish(recorder.endMs, generator)).toThrow('do not balance');
  });
});

describe('Recorder that waits for late answers', () => {
  it('counts what was due in its time, and tells what came within it', () => {
    const messages: WorkerMessage[] = [];
    const emit = (message: WorkerMessage): void => void messages.push(message);
    const recorder = new Recorder({
      phase: 'measuring',
      requests: ['GET /'],
      startMs,
      durationMs: 1000,
      waits: true,
      emit,
    });
    for (const atMs of [100, 999]) recorder.sent(startMs + atMs);
    recorder.answered(startMs + 200, {
      dueAtMs: startMs + 50,
      sentAtMs: startMs + 100,
      status: 200,
      bytes: 1,
      request,
    });
    recorder.completed(startMs + 300, request);
    recorder.answered(startMs + 2500, {
      dueAtMs: startMs + 990,
      sentAtMs: startMs + 999,
      status: 200,
      bytes: 1,
      request,
    });
    const result = recorder.finish(recorder.endMs, generator);
    expect(result).toMatchObject({ durationMs: 1000, sent: 2, requests: 2, completed: 2, unfinished: 0 });
    expect(recorder.late).toBe(1);
    expect(result.slices.map(({ second, sent, requests }) => [second, sent, requests])).toEqual([
      [0, 2, 2],
      [1, 0, 0],
      [2, 0, 1],
    ]);
    const latency = LatencyHistogram.decode(result.histogram);
    expect(latency.count).toBe(2);
    expect(latency.quantileUs(0.5) / 150_000).toBeCloseTo(1, 2);
    expect(latency.maxUs / 1_510_000).toBeCloseTo(1, 2);
  });
});
