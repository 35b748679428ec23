import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { LatencyHistogram } from '../../histogram/latency-histogram.ts';
import type { ClosedLoad } from '../../model/load-profile.ts';
import type { WorkerResult } from '../protocol.ts';
import { imbalanceOf } from '../recording/outcomes.ts';
import { closedLoad as anyClosedLoad, loadJob, oneRequest, requestTemplate, run } from './jobs.ts';
import { serveSecurely } from './secure-server.ts';
import { deadAddress, serve, servePlain } from './servers.ts';

/** How many of the first requests a server of these tests spoils: so few that each run gets past them. */
const spoilt = 10;
/** How long that takes at most, also where the machine stands still for a while. */
const spoiltMs = 4000;

function isSpoilt(number: number): boolean {
  return number % 3 === 0 && number <= 3 * spoilt;
}

function balance(result: WorkerResult & { failed: number }): void {
  expect(result.carried + result.sent).toBe(result.requests + result.failed + result.unfinished);
  expect(result.slices.reduce((sum, slice) => sum + slice.requests, 0)).toBe(result.requests);
  expect(result.slices.reduce((sum, slice) => sum + slice.errors, 0)).toBe(result.failed);
}

/** What every driver of a closed loop keeps to. */
export function describeClosedLoop(driver: ClosedLoad['driver']): void {
  const closedLoad = (load: Partial<ClosedLoad> = {}): ClosedLoad =>
    anyClosedLoad({ driver, durationMs: 600, ...load });

  it('counts right answers, and what is in flight at the end', async () => {
    await using server = await serve((_request, response) => setTimeout(() => response.end('hello'), 5));
    const result = await run(loadJob({ urls: [server.url], load: closedLoad() }));
    balance(result);
    expect(result).toMatchObject({ durationMs: 600, errors: {}, statuses: { 200: result.requests } });
    expect(result.requests).toBeGreaterThan(0);
    expect(result.requests).toBeLessThanOrEqual(server.received);
    expect(result.unfinished).toBeLessThanOrEqual(4);
    expect(server.connections.size).toBe(4);
    expect(result.bytes).toBeGreaterThan(5 * result.requests);
    expect(result.generator.cpuRatio).toBeGreaterThan(0);
  });

  it('tells of the start and of every second, and counts a request where it ends', async () => {
    const held: ServerResponse[] = [];
    let measuring = false;
    await using server = await serve((_request, response) => {
      if (measuring) setTimeout(() => response.end(), 5);
      else held.push(response);
    });
    // The answers to the warm-up's requests come in the measured time, and are wrong: they are carried over into its books.
    const load = closedLoad({ warmupMs: 1000, durationMs: 2000 });
    const result = await run(loadJob({ urls: [server.url], load }), (message) => {
      if (message.type !== 'measuring') return;
      measuring = true;
      for (const response of held) response.writeHead(500).end();
    });
    balance(result);
    expect(held).toHaveLength(4);
    expect(result.carried).toBe(4);
    expect(result.errors).toEqual({ 'status-5xx': 4 });
    expect(result.statuses).toEqual({ 200: result.requests, 500: 4 });
    expect(server.connections.size).toBe(4);
    expect(result.slices.map((slice) => slice.second)).toEqual([0, 1]);
    expect(
      result.messages.map((message) => (message.type === 'second' ? [message.phase, message.second] : message.type)),
    ).toEqual([['warm-up', 0], 'measuring', ['measuring', 0], ['measuring', 1], 'measured']);
  });

  it('loses no answers at the edges: in the steady state as many requests end as are sent', async () => {
    await using server = await serve((_request, response) => void setTimeout(() => response.end(), 200));
    const load = closedLoad({ warmupMs: 500, durationMs: 1000 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    expect(result).toMatchObject({ carried: 4, unfinished: 4, requests: result.sent, errors: {} });
  });

  it('keeps the books of each request of the workload, which add up to those of all', async () => {
    await using server = await serve((request, response, number) => {
      if (request.url !== '/pay') return void setTimeout(() => response.end(), 1);
      if (number < 40) response.writeHead(500).end('no');
    });
    const workload = {
      requests: [requestTemplate({ weight: 3 }), requestTemplate({ name: 'pay', method: 'POST', path: '/pay' })],
      keys: {},
    };
    const result = await run(loadJob({ urls: [server.url], load: closedLoad({ timeoutMs: 250 }), workload }));
    balance(result);
    expect(imbalanceOf(result)).toBeUndefined();
    const [get, pay] = result.byRequest;
    expect(get).toMatchObject({ request: 'GET /', statuses: { 200: result.requests }, errors: {}, dropped: 0 });
    expect(pay).toMatchObject({ request: 'pay', requests: 0, errors: result.errors });
    expect(pay?.statuses).toEqual({ 500: result.errors['status-5xx'] });
    expect(result.errors['timed-out']).toBeGreaterThan(0);
    expect((get?.unfinished ?? 0) + (pay?.unfinished ?? 0)).toBe(result.unfinished);
    expect(LatencyHistogram.decode(get?.histogram ?? '').count).toBe(result.requests);
  });

  it('counts connections that end without an answer as reset', async () => {
    await using server = await serve((request, response, number) => {
      if (isSpoilt(number)) request.socket.end();
      else response.end();
    });
    const result = await run(loadJob({ urls: [server.url], load: closedLoad({ durationMs: spoiltMs }) }));
    balance(result);
    expect(result.errors).toEqual({ reset: spoilt });
    expect(server.connections.size).toBe(4 + spoilt);
  });

  it('counts connections that are reset', async () => {
    await using server = await serve((request, response, number) => {
      if (isSpoilt(number)) request.socket.resetAndDestroy();
      else response.end();
    });
    const result = await run(loadJob({ urls: [server.url], load: closedLoad({ durationMs: spoiltMs }) }));
    balance(result);
    expect(result.errors).toEqual({ reset: spoilt });
  });

  it('does not take the next answer for the rest of one that was cut', async () => {
    await using server = await serve((request, response, number) => {
      if (!isSpoilt(number)) return void response.end('whole');
      response.writeHead(200, { 'content-length': 1000 });
      response.write('half');
      setTimeout(() => request.socket.destroy(), 1);
    });
    const result = await run(
      loadJob({
        urls: [server.url],
        load: closedLoad({ durationMs: spoiltMs }),
        workload: oneRequest({ check: { contains: 'whole' } }),
      }),
    );
    balance(result);
    expect(result.errors).toEqual({ reset: spoilt });
    expect(result.requests).toBeGreaterThan(spoilt);
  });

  it('takes a connection that the server said it would close for no error, and wastes no request on it', async () => {
    await using server = await serve((_request, response) => {
      response.setHeader('connection', 'close');
      response.end('bye');
    });
    const result = await run(loadJob({ urls: [server.url], load: closedLoad() }));
    balance(result);
    expect(result.errors).toEqual({});
    expect(result.requests).toBeGreaterThan(0);
    expect(Math.max(...server.connections.values())).toBe(1);
  });

  it('waits for no connection that the server said it would close, and closes it itself in the end', async () => {
    const open = new Set<unknown>();
    let most = 0;
    await using server = await servePlain((socket) => {
      open.add(socket);
      most = Math.max(most, open.size);
      socket.once('close', () => open.delete(socket));
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok');
    });
    const result = await run(loadJob({ urls: [server.url], load: closedLoad({ durationMs: 1000 }) }));
    balance(result);
    expect(result.errors).toEqual({});
    // To wait for each of them would have let 4 connections ask 40 times at most.
    expect(result.requests).toBeGreaterThan(40);
    // Those that the server leaves open, those in use, and those whose end it has not seen yet.
    expect(most).toBeLessThan(600);
    await expect.poll(() => open.size).toBe(0);
  });

  it('goes on where a server closes every third request', async () => {
    await using server = await serve((_request, response) => response.end());
    server.server.maxRequestsPerSocket = 3;
    const result = await run(loadJob({ urls: [server.url], load: closedLoad() }));
    balance(result);
    expect(result.errors).toEqual({});
    expect(result.requests).toBeGreaterThan(0);
    expect(Math.max(...server.connections.values())).toBe(3);
  });

  it('counts requests that are never answered as timed out, and as unfinished at the end', async () => {
    await using server = await serve(() => undefined);
    const load = closedLoad({ durationMs: 1000, timeoutMs: 150 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    expect(Object.keys(result.errors)).toEqual(['timed-out']);
    expect(result.requests).toBe(0);
    // A timer may be a millisecond early and never earlier, so there is a most that can have timed out.
    expect(result.failed).toBeLessThanOrEqual(4 * Math.floor(1000 / 148));

    const patient = await run(loadJob({ urls: [server.url], load: closedLoad() }));
    expect(patient).toMatchObject({ sent: 4, unfinished: 4, requests: 0, errors: {} });
  });

  it('gets right answers again after a time-out', async () => {
    await using server = await serve((_request, response, number) => {
      if (number > 8) response.end();
    });
    const load = closedLoad({ durationMs: 3000, timeoutMs: 200 });
    const result = await run(loadJob({ urls: [server.url], load }));
    balance(result);
    // A machine that is busy may make a right answer late as well.
    expect(result.errors['timed-out']).toBeGreaterThanOrEqual(8);
    expect(result.requests).toBeGreaterThan(0);
  });

  it('counts refused connections without spinning on them', async () => {
    const result = await run(loadJob({ urls: [await deadAddress()], load: closedLoad({ durationMs: 500 }) }));
    balance(result);
    expect(Object.keys(result.errors)).toEqual(['refused']);
    // 50 ms between two attempts, of which a timer may lose one.
    expect(result.sent).toBeLessThanOrEqual(4 * (Math.ceil(500 / 49) + 1));
  });

  it('counts TLS that is not spoken, with the words of the system', async () => {
    await using plain = await servePlain((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await using silent = await servePlain((socket) => socket.destroy());
    for (const [{ url }, words] of [
      [plain, /wrong version number/],
      [silent, /./],
    ] as const) {
      const secure = url.replace('http:', 'https:');
      const result = await run(loadJob({ urls: [secure], load: closedLoad({ durationMs: 300 }) }));
      balance(result);
      expect(result).toMatchObject({ errors: { tls: result.failed }, causes: [{ kind: 'tls', request: 'GET /' }] });
      expect(result.failed).toBeGreaterThan(0);
      expect(result.causes[0]?.words).toMatch(words);
    }
  });

  it('speaks TLS, and keeps the first example of a wrong answer', async () => {
    await using server = await serveSecurely((_request, response) => {
      response.writeHead(503, { 'content-encoding': 'gzip' }).end(gzipSync('busy, token t-12345'));
    });
    const workload = oneRequest({ method: 'POST', path: '/pay', headers: { Authorization: 'Bearer t-12345' } });
    const result = await run(loadJob({ urls: [server.url], load: closedLoad(), workload }));
    balance(result);
    expect(result).toMatchObject({
      errors: { 'status-5xx': result.failed },
      causes: [{ kind: 'status-5xx', request: 'POST /pay', status: 503, body: 'busy, token ***' }],
    });
  });

  it('keeps nothing of a body without an end, whatever is looked for in it', async () => {
    const piece = Buffer.alloc(256 * 1024, 'x');
    await using server = await serve((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
    });
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    const load = closedLoad({ durationMs: 1500, timeoutMs: 500, connections: 2 });
    const result = await run(loadJob({ urls: [server.url], load, workload: oneRequest({ check: { contains: 'y' } }) }));
    clearInterval(watch);
    balance(result);
    expect(Object.keys(result.errors)).toEqual(['timed-out']);
    expect(result.causes[0]?.words).toBe('the answer was not whole after 500 ms');
    expect(most - before).toBeLessThan(300 * 1024 * 1024);
  });

  it('tells kinds of wrong statuses apart', async () => {
    const statuses = [200, 302, 404, 429, 500, 503];
    await using server = await serve((_request, response, number) => {
      response.writeHead(statuses[number % statuses.length] ?? 200).end();
    });
    const result = await run(loadJob({ urls: [server.url], load: closedLoad() }));
    balance(result);
    const seen = (status: number): number => result.statuses[status] ?? 0;
    expect(result.requests).toBe(seen(200) + seen(302));
    expect(result.errors).toEqual({ 'status-4xx': seen(404) + seen(429), 'status-5xx': seen(500) + seen(503) });

    const asked = await run(
      loadJob({ urls: [server.url], load: closedLoad(), workload: oneRequest({ check: { status: 404 } }) }),
    );
    balance(asked);
    const got = (status: number): number => asked.statuses[status] ?? 0;
    expect(asked.requests).toBe(got(404));
    expect(asked.errors).toEqual({
      'status-4xx': got(429),
      'status-5xx': got(500) + got(503),
      'wrong-answer': got(200) + got(302),
    });
  });

  it('reads chunked answers and checks them for the key of their own request', async () => {
    await using server = await serve((request, response) => {
      const body = Buffer.from(`{"path":"${request.url ?? ''}","title":"Grüße"}`);
      const cut = body.indexOf('ü') + 1;
      response.write(body.subarray(0, cut));
      setTimeout(() => response.end(body.subarray(cut)), 1);
    });
    const check = { contains: '{"path":"/todos/{todo}","title":"Grüße' };
    const result = await run(
      loadJob({
        urls: [server.url],
        load: closedLoad(),
        workload: oneRequest({ path: '/todos/{todo}', check }, { todo: { kind: 'uniform', of: 100 } }),
      }),
    );
    balance(result);
    expect(result.errors).toEqual({});
    expect(result.requests).toBeGreaterThan(0);
  });

  it('counts answers with a wrong body', async () => {
    await using server = await serve((_request, response) => response.end('wrong'));
    const workload = oneRequest({ check: { contains: 'right' } });
    const result = await run(loadJob({ urls: [server.url], load: closedLoad(), workload }));
    balance(result);
    expect(result.requests).toBe(0);
    expect(result.errors).toEqual({ 'wrong-answer': result.statuses[200] });
  });

  it('reads an answer that ends with its connection', async () => {
    await using server = await servePlain((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'));
    const workload = oneRequest({ check: { contains: 'all of it' } });
    const result = await run(loadJob({ urls: [server.url], load: closedLoad(), workload }));
    balance(result);
    expect(result.errors).toEqual({});
    expect(result.requests).toBeGreaterThan(0);
    expect(result.bytes).toBe(result.requests * 'HTTP/1.0 200 OK\r\n\r\nall of it'.length);
  });

  it('counts what is not HTTP as another protocol', async () => {
    await using server = await servePlain((socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'));
    const result = await run(loadJob({ urls: [server.url], load: closedLoad() }));
    balance(result);
    expect(Object.keys(result.errors)).toEqual(['protocol']);
  });

  it('expects no body after HEAD, and takes early hints for no answer', async () => {
    await using server = await serve((request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeHead(200, { 'content-length': 5 }).end(request.method === 'HEAD' ? undefined : 'hello');
    });
    for (const method of ['HEAD', 'GET']) {
      const result = await run(loadJob({ urls: [server.url], load: closedLoad(), workload: oneRequest({ method }) }));
      balance(result);
      expect(result.statuses).toEqual({ 200: result.requests });
      expect(result.requests).toBeGreaterThan(0);
    }
  });

  it('sends bodies and header fields', async () => {
    await using server = await serve((request, response) => {
      const { 'content-type': type, 'content-length': length, host } = request.headers;
      request.setEncoding('utf8').on('data', (body: string) => {
        const right = host === new URL(server.url).host && type === 'application/json' && length === '14';
        response.writeHead(right && body === '{"title":"ü1"}'.replace('ü', 'u') ? 201 : 400).end();
      });
    });
    const headers = { 'Content-Type': 'application/json' };
    const workload = oneRequest(
      { method: 'POST', headers, body: '{"title":"u{k}"}', check: { status: 201 } },
      { k: { kind: 'hot', key: 1 } },
    );
    const result = await run(loadJob({ urls: [server.url], load: closedLoad(), workload }));
    balance(result);
    expect(result.errors).toEqual({});
    expect(result.requests).toBeGreaterThan(0);
  });

  it('deals connections out over the addresses', async () => {
    const hosts = new Set<string | undefined>();
    const answer = (host: string | undefined, response: ServerResponse): void => {
      hosts.add(host);
      response.end();
    };
    await using first = await serve((request, response) => answer(request.headers.host, response));
    await using second = await serve((request, response) => answer(request.headers.host, response));
    const urls = [first.url, second.url];
    const result = await run(loadJob({ urls, load: closedLoad({ connections: 5 }) }));
    balance(result);
    expect([first.connections.size, second.connections.size]).toEqual([3, 2]);
    expect(hosts).toEqual(new Set(urls.map((url) => new URL(url).host)));

    await using spare = await serve((_request, response) => response.end());
    balance(await run(loadJob({ urls: [first.url, spare.url], load: closedLoad({ connections: 1 }) })));
    expect(spare.connections.size).toBe(0);
  });

  it('leaves nothing behind', async () => {
    await using server = await serve((_request, response) => response.end());
    server.server.keepAliveTimeout = 0; // the server closes none of them itself
    await run(loadJob({ urls: [server.url], load: closedLoad() }));
    const received = server.received;
    const openConnections = async (): Promise<number> =>
      new Promise((resolve) => server.server.getConnections((_error, count) => resolve(count)));
    await expect.poll(openConnections).toBe(0);
    expect(server.received - received).toBeLessThanOrEqual(4);
  });
}
