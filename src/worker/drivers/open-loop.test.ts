import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../histogram/latency-histogram.ts';
import { splitJob } from '../../load/share.ts';
import type { WorkerResult } from '../protocol.ts';
import { imbalanceOf } from '../recording/outcomes.ts';
import { loadJob, oneRequest, openLoad, requestTemplate, run } from '../testing/jobs.ts';
import { serveSecurely } from '../testing/secure-server.ts';
import { deadAddress, serve } from '../testing/servers.ts';

function balance(result: WorkerResult & { failed: number }): void {
  expect(result.carried + result.sent).toBe(result.requests + result.failed + result.unfinished);
  const { offered, dropped, unsent, late } = openOf(result);
  expect(offered).toBe(result.sent + dropped + unsent);
  const answered = result.slices.reduce((sum, slice) => sum + slice.requests, 0);
  expect(answered).toBe(result.completed + late);
}

function openOf({ open }: WorkerResult): NonNullable<WorkerResult['open']> {
  if (open === undefined) throw new Error('The books of open load were expected.');
  return open;
}

/** How many values of a histogram are at least as long. */
function longerThan(histogram: string, ms: number): number {
  const latency = LatencyHistogram.decode(histogram);
  const share = Array.from({ length: latency.count }, (_, rank) => latency.quantileUs((rank + 0.5) / latency.count));
  return share.filter((us) => us >= ms * 1000).length;
}

/** Keeps the process from everything else, and the driver with it. */
function blockFor(ms: number): void {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs;);
}

describe('driveOpenLoop', () => {
  it('sends what is due, and counts every answer', async () => {
    await using server = await serve((_request, response) => response.end('hello'));
    const load = openLoad({ ratePerSecond: 400, durationMs: 1000 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    expect(result).toMatchObject({ sent: 400, requests: 400, errors: {}, statuses: { 200: 400 }, unfinished: 0 });
    expect(openOf(result)).toMatchObject({ offered: 400, dropped: 0, unsent: 0 });
    expect(server.received).toBe(400);
    expect(server.connections.size).toBeLessThanOrEqual(load.connections);
    expect(LatencyHistogram.decode(openOf(result).scheduleLag).count).toBe(400);
  });

  it('spreads arrivals over time, as the server sees them', async () => {
    const arrivedAtMs: number[] = [];
    await using server = await serve((_request, response) => {
      arrivedAtMs.push(performance.now());
      response.end();
    });
    await run(loadJob({ urls: [server.url], load: openLoad({ ratePerSecond: 50, durationMs: 4000 }) }));
    const gaps = arrivedAtMs.map((atMs, index) => atMs - (arrivedAtMs[index - 1] ?? NaN)).slice(1);
    const sorted = gaps.sort((one, other) => one - other);
    expect(gaps).toHaveLength(199);
    // The median stands for the schedule, and not for a machine that stumbles.
    expect(sorted[99]).toBeGreaterThan(15);
    expect(sorted[99]).toBeLessThan(25);
  });

  it('counts the wait for a connection as part of the response, not of the service', async () => {
    await using server = await serve((_request, response, number) => {
      if (number === 1) setTimeout(() => response.end(), 400);
      else response.end();
    });
    const load = openLoad({ ratePerSecond: 100, durationMs: 500, connections: 1 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    expect(result.requests).toBe(50);
    // Due in the first 300 of those 400 ms, they waited for 100 ms or more; only one of them was served for as long.
    expect(longerThan(result.histogram, 99)).toBeGreaterThanOrEqual(30);
    expect(longerThan(openOf(result).service, 399)).toBe(1);
    expect(longerThan(openOf(result).service, 99)).toBeLessThan(30);
  });

  it('drops what is over the limit in flight, and says what was never sent and what never ended', async () => {
    await using server = await serve(() => undefined);
    // One that was held up until the end has the time to let go what is due by then.
    const load = openLoad({ ratePerSecond: 100, durationMs: 500, connections: 5, inFlightLimit: 12, drainMs: 1000 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    expect(result).toMatchObject({ sent: 5, requests: 0, unfinished: 5 });
    expect(openOf(result)).toMatchObject({ offered: 50, dropped: 38, unsent: 7, inFlightMost: 12 });
    expect(result.byRequest).toMatchObject([{ request: 'GET /', unfinished: 5, dropped: 38, unsent: 7 }]);
  });

  it('keeps the books of each request of the workload, from the moment that it was due', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/slow') setTimeout(() => response.end(), 300);
      else if (request.url === '/') response.end();
    });
    const requests = [requestTemplate(), requestTemplate({ path: '/slow' }), requestTemplate({ path: '/silent' })];
    const load = openLoad({ ratePerSecond: 200, durationMs: 1000, connections: 30, drainMs: 700 });
    const result = await run(loadJob({ urls: [server.url], load, workload: { requests, keys: {} } }));
    balance(result);
    expect(imbalanceOf(result)).toBeUndefined();
    const [quick, slow, silent] = result.byRequest;
    // More than 30 were never answered, and kept every connection.
    expect(silent).toMatchObject({ requests: 0, statuses: {}, unfinished: result.unfinished });
    expect(result.unfinished).toBe(30);
    const total = (count: 'requests' | 'unsent' | 'unfinished'): number =>
      result.byRequest.reduce((sum, each) => sum + each[count], 0);
    expect(total('unsent')).toBe(openOf(result).unsent);
    expect(total('requests') + total('unsent') + total('unfinished')).toBe(200);
    expect(longerThan(slow?.histogram ?? '', 299)).toBe(slow?.requests);
    expect(quick?.requests).toBeGreaterThan(0);
  });

  it('says which requests were overdue that it never came to let go', async () => {
    await using server = await serve((_request, response) => response.end());
    const requests = [requestTemplate(), requestTemplate({ path: '/other' })];
    const load = openLoad({ ratePerSecond: 1000, durationMs: 400, drainMs: 0 });
    const result = await run(loadJob({ urls: [server.url], load, workload: { requests, keys: {} } }), ({ type }) => {
      if (type === 'measuring') blockFor(600);
    });
    balance(result);
    expect(openOf(result).unsent).toBeGreaterThan(0);
    expect(result.byRequest.reduce((sum, { unsent }) => sum + unsent, 0)).toBe(openOf(result).unsent);
  });

  it('waits for late answers, and keeps them out of the rate', async () => {
    const held: ServerResponse[] = [];
    let ended = false;
    const answer = (): void => {
      ended = true;
      for (const response of held) response.end();
    };
    await using server = await serve((_request, response, number) => {
      if (number === 1) setTimeout(answer, 600);
      if (ended) response.end();
      else held.push(response);
    });
    const load = openLoad({ ratePerSecond: 50, durationMs: 200, connections: 20 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    expect(result).toMatchObject({ requests: 10, completed: 0, unfinished: 0 });
    expect(openOf(result).late).toBe(10);
  });

  it('tells the warm-up from the measured time by when a request was due', async () => {
    const held: ServerResponse[] = [];
    await using server = await serve((_request, response, number) => {
      if (number <= 10) held.push(response);
      else response.end();
      if (number === 11) for (const late of held) late.end();
    });
    const load = openLoad({ ratePerSecond: 10, durationMs: 1000, warmupMs: 1000 });
    const result = await run(loadJob({ urls: [server.url], load }));
    expect(result).toMatchObject({ sent: 10, requests: 10, completed: 20 });
    expect(result.messages.map((message) => message.type)).toEqual(['second', 'measuring', 'second', 'measured']);
    expect(server.received).toBe(20);
  });

  it('opens a connection for each request where it may not keep them', async () => {
    await using server = await serve((_request, response) => response.end());
    const load = openLoad({ ratePerSecond: 100, durationMs: 300, keepAlive: false });
    const result = await run(loadJob({ urls: [server.url], load }));
    expect(result.requests).toBe(30);
    expect([...server.connections.values()]).toEqual(Array(30).fill(1));
  });

  it('speaks HTTPS, with connections that it keeps and with fresh ones', async () => {
    for (const keepAlive of [true, false]) {
      await using server = await serveSecurely((_request, response) => response.end('ok'));
      const load = openLoad({ ratePerSecond: 50, durationMs: 400, keepAlive });
      const result = await run(loadJob({ urls: [server.url], load }));
      balance(result);
      expect(result).toMatchObject({ requests: 20, errors: {} });
    }
  });

  it('goes on at its rate where nobody listens', async () => {
    const load = openLoad({ ratePerSecond: 100, durationMs: 300 });
    const result = await run(loadJob({ urls: [await deadAddress()], load }));
    balance(result);
    expect(result.errors).toEqual({ refused: 30 });
  });

  it('takes wrong answers for errors', async () => {
    await using server = await serve((_request, response, number) => {
      response.writeHead(number % 2 === 0 ? 503 : 200).end();
    });
    const result = await run(loadJob({ urls: [server.url], load: openLoad({ ratePerSecond: 100, durationMs: 200 }) }));
    balance(result);
    expect(result).toMatchObject({ requests: 10, errors: { 'status-5xx': 10 } });
  });

  it('notices that a request took too long', async () => {
    await using server = await serve((_request, response, number) => {
      if (number !== 3) response.end();
    });
    const load = openLoad({ ratePerSecond: 50, durationMs: 200, timeoutMs: 300 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    expect(result).toMatchObject({ requests: 9, errors: { 'timed-out': 1 } });
  });

  it('samples what the server says of its times', async () => {
    await using server = await serve((_request, response) => {
      response.setHeader('server-timing', 'db;dur=0.001, total;dur=0.002');
      response.end();
    });
    const workload = oneRequest({ path: '/todos/{todo}' }, { todo: { kind: 'hot', key: 7 } });
    const load = openLoad({ ratePerSecond: 200, durationMs: 400 });
    const result = await run(loadJob({ urls: [server.url], load, workload }));
    expect(result.anatomy.reduce((sum, { samples }) => sum + samples, 0)).toBeGreaterThanOrEqual(5);
    expect(Object.keys(result.anatomy[0]?.parts ?? {}).sort()).toEqual(['app', 'db', 'network', 'waiting']);
    expect(result.slowest).toHaveLength(10);
    expect(result.slowest[0]).toMatchObject({ request: 'GET /todos/7' });
  });

  it('deals one schedule and one sequence of requests out to several workers', async () => {
    const paths: string[] = [];
    await using server = await serve(({ url }, response) => {
      paths.push(url ?? '');
      response.end();
    });
    const workload = oneRequest({ path: '/{key}' }, { key: { kind: 'uniform', of: 1_000_000 } });
    const load = openLoad({ ratePerSecond: 101, durationMs: 500, arrivals: 'poisson' });
    const job = loadJob({ urls: [server.url], load, workload });
    const alone = await run(job);
    const sequence = paths.splice(0);
    const shares = await Promise.all(splitJob(job, 3).map((part) => run(part)));
    expect(shares.reduce((sum, { sent }) => sum + sent, 0)).toBe(alone.sent);
    expect(paths.sort()).toEqual(sequence.sort());
  });

  it('counts what it never came to send where there is no time left for it', async () => {
    await using server = await serve((_request, response, number) => {
      response.end();
      if (number === 10) setTimeout(() => blockFor(400));
    });
    const load = openLoad({ ratePerSecond: 1000, durationMs: 300, drainMs: 0 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    expect(openOf(result).offered).toBe(300);
    expect(openOf(result).released).toBeLessThan(300);
  });

  it('stays honest where it is stopped from working for a while', async () => {
    await using server = await serve((_request, response, number) => {
      response.end();
      if (number === 10) setTimeout(() => blockFor(300));
    });
    const load = openLoad({ ratePerSecond: 100, durationMs: 600 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    expect(result.requests).toBe(60);
    // Due in the first 200 of the 300 ms in which nothing could be sent, they were late by 100 ms or more.
    expect(longerThan(openOf(result).scheduleLag, 99)).toBeGreaterThanOrEqual(19);
    expect(longerThan(result.histogram, 99)).toBeGreaterThanOrEqual(19);
  });
});
