import { describe, expect, it } from 'vitest';
import type { ClosedLoad } from '../model/load-profile.ts';
import type { WorkerMessage, WorkerSlice } from '../worker/protocol.ts';
import { Recorder, warmupRecorder } from '../worker/recording/recorder.ts';
import { closedLoad, drawnRequest, loadJob, run } from '../worker/testing/jobs.ts';
import { serve } from '../worker/testing/servers.ts';
import { measurementOf } from './measurement.ts';

const request = drawnRequest();

const generator = { cpuRatio: 0.5, eventLoopUtilisation: 0.5, lagP99Us: 500, longestPauseUs: 0, pauseEndedAtMs: 0 };

describe('measurementOf', () => {
  it('reads the histograms of a result', () => {
    const recorder = new Recorder({
      phase: 'measuring',
      requests: ['GET /'],
      startMs: 0,
      durationMs: 2000,
      emit: () => undefined,
    });
    for (let number = 1; number <= 100; number++) {
      recorder.sent(0);
      recorder.answered(number * 10, { sentAtMs: number * 9, status: 200, bytes: 3, request });
    }
    recorder.sent(0);
    recorder.failed(1500, 'refused', { sentAtMs: 0, request, words: 'connect ECONNREFUSED' });
    const result = recorder.finish(0, generator);
    const measurement = measurementOf(result);
    expect(measurement).toMatchObject({
      startedAt: new Date(result.startedAtMs).toISOString(),
      durationMs: 2000,
      sent: 101,
      requests: 100,
      failed: 1,
      unfinished: 0,
      bytes: 300,
      errors: { refused: 1 },
      refusals: {},
      causes: [{ kind: 'refused', atMs: 1500, words: 'connect ECONNREFUSED' }],
      generator,
      latency: { histogram: result.histogram },
    });
    expect(measurement.latency.p50Us / 50_000).toBeCloseTo(1, 2);
    expect(measurement.latency.p99Us / 99_000).toBeCloseTo(1, 2);
    expect(measurement.latency.maxUs / 100_000).toBeCloseTo(1, 2);
    expect(measurement.latency.meanUs / 50_500).toBeCloseTo(1, 2);
    expect(measurement.timeline.map(({ second, requests, errors }) => [second, requests, errors])).toEqual([
      [0, 99, 0],
      [1, 1, 1],
    ]);
  });

  it('puts the seconds of the warm-up before the measured time', () => {
    const warmup: WorkerSlice[] = [];
    const emit = (message: WorkerMessage): void => {
      if (message.type === 'second') warmup.push(message);
    };
    const recorder = warmupRecorder(2000, 2000, emit);
    recorder.sent(100);
    recorder.answered(1500, { sentAtMs: 100, status: 200, bytes: 3, request });
    recorder.end();
    const measured = new Recorder({
      phase: 'measuring',
      requests: ['GET /'],
      startMs: 2000,
      durationMs: 1000,
      emit: () => undefined,
    });
    const { timeline, requests } = measurementOf(measured.finish(0, generator), warmup);
    expect(timeline.map(({ second, sent, requests: right }) => [second, sent, right])).toEqual([
      [-2, 1, 0],
      [-1, 0, 1],
      [0, 0, 0],
    ]);
    expect(requests).toBe(0);
  });

  it('is made of zeros where no answer was right', () => {
    const recorder = new Recorder({
      phase: 'measuring',
      requests: ['GET /'],
      startMs: 0,
      durationMs: 500,
      emit: () => undefined,
    });
    const { latency, timeline } = measurementOf(recorder.finish(0, generator));
    expect(latency).toMatchObject({ meanUs: 0, p50Us: 0, p99Us: 0, p999Us: 0, maxUs: 0 });
    expect(timeline).toEqual([{ second: 0, sent: 0, requests: 0, errors: 0, p50Us: 0, p99Us: 0, maxUs: 0 }]);
  });

  it('divides the percentile itself, and not the mean of the samples that are near it', () => {
    const recorder = new Recorder({
      phase: 'measuring',
      requests: ['GET /'],
      startMs: 0,
      durationMs: 2000,
      emit: () => undefined,
    });
    for (let number = 0; number < 1000; number++) {
      const tookMs = 20 + number / 100;
      const serverTiming = `total;dur=${tookMs - 5}, db;dur=${tookMs / 2}`;
      recorder.sent(0);
      recorder.answered(1000, { sentAtMs: 1000 - tookMs, status: 200, bytes: 3, serverTiming, request });
    }
    const { latency, anatomy } = measurementOf(recorder.finish(0, generator));
    expect(anatomy.map(({ latencyUs }) => latencyUs)).toEqual([latency.p50Us, latency.p99Us]);
    for (const { latencyUs, parts } of anatomy) {
      expect(Object.values(parts).reduce((sum, us) => sum + us, 0)).toBeCloseTo(latencyUs, 3);
    }
  });
});

describe('what of it is overdue', () => {
  const drivers: readonly ClosedLoad['driver'][] = ['lab', 'autocannon'];
  it.each(drivers)(
    'is nothing where all answers are wrong, and take as long as what is in flight: %s',
    async (driver) => {
      await using server = await serve((_request, response) => {
        setTimeout(() => response.writeHead(503).end(), 300);
      });
      const load = closedLoad({ driver, connections: 10, durationMs: 2000 });
      const { waiting, requests, failed } = measurementOf(await run(loadJob({ urls: [server.url], load })));
      expect(requests).toBe(0);
      expect(failed).toBeGreaterThan(0);
      expect(waiting.overdue.requests).toBe(0);
    },
  );

  it('is nothing where only wrong answers are slow, or what times out', async () => {
    await using server = await serve((_request, response, number) => {
      if (number % 20 === 0) return;
      if (number % 2 === 0) response.end();
      else setTimeout(() => response.writeHead(503).end(), 300);
    });
    const load = closedLoad({ driver: 'lab', connections: 10, durationMs: 3000, timeoutMs: 400 });
    const { waiting, requests, errors } = measurementOf(await run(loadJob({ urls: [server.url], load })));
    expect(requests).toBeGreaterThan(0);
    expect(errors['timed-out']).toBeGreaterThan(0);
    expect(waiting.overdue.requests).toBe(0);
  });

  it.each([
    ['as all that is answered', 100],
    ['where nothing else was asked for it', 0],
  ])('is what one request waits for since it was sent, and not since it was due, %s', (_, paid) => {
    const [get, pay] = [request, drawnRequest('POST /pay')];
    const durationMs = 10_000;
    const requests = [get.name, pay.name];
    const books = new Recorder({
      phase: 'measuring',
      requests,
      startMs: 0,
      durationMs,
      waits: true,
      emit: () => undefined,
    });
    // All wait for 8 s for a connection, and are then answered in 20 ms.
    for (const [one, count] of [
      [get, 1000],
      [pay, paid],
    ] as const) {
      for (let number = 0; number < count; number++) {
        books.sent(8000);
        books.answered(8020, { dueAtMs: 0, sentAtMs: 8000, status: 200, bytes: 1, request: one });
      }
    }
    books.sent(6000);
    books.unfinished(pay, 6000);
    const { byRequest, waiting } = measurementOf(books.finish(durationMs, generator));
    expect(waiting.overdue.requests).toBe(1);
    expect(byRequest.map((one) => one.waiting.overdue.requests)).toEqual([0, 1]);
  });

  it('is what hangs after wrong answers', async () => {
    let first: number | undefined;
    await using server = await serve((_request, response) => {
      first ??= performance.now();
      if (performance.now() - first < 500) setTimeout(() => response.writeHead(503).end(), 5);
    });
    const load = closedLoad({ driver: 'lab', connections: 10, durationMs: 2500 });
    const { waiting } = measurementOf(await run(loadJob({ urls: [server.url], load })));
    expect(waiting.overdue.requests).toBe(10);
  });
});
