import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { WorkerResult } from '../protocol.ts';
import { imbalanceOf } from '../recording/outcomes.ts';
import { burstLoad, loadJob, oneRequest, requestTemplate, run } from '../testing/jobs.ts';
import { deadAddress, serve, servePlain, type TestServer } from '../testing/servers.ts';

function balance(result: WorkerResult & { failed: number }): void {
  expect(result.sent).toBe(24);
  expect(result.unfinished).toBe(0);
  expect(result.requests + result.failed).toBe(24);
  expect(result.slices.reduce((sum, slice) => sum + slice.requests + slice.errors, 0)).toBe(24);
}

/** A server that answers nobody before a whole burst is there. */
async function holdingServer(
  answer = (response: ServerResponse): void => void response.end('ok'),
): Promise<TestServer> {
  const held: ServerResponse[] = [];
  return serve((_request, response) => {
    held.push(response);
    if (held.length === 8) held.splice(0).forEach(answer);
  });
}

describe('driveBursts', () => {
  it('has all requests of a burst in flight at once, on connections that it keeps', async () => {
    await using server = await holdingServer();
    const result = await run(loadJob({ urls: [server.url], load: burstLoad() }));
    balance(result);
    expect(result).toMatchObject({ requests: 24, errors: {}, statuses: { 200: 24 } });
    expect(result.bytes).toBeGreaterThan(24 * 2);
    expect(server.received).toBe(32);
    expect([...server.connections.values()]).toEqual(new Array(8).fill(4));
  });

  it('keeps the books of each request of the workload', async () => {
    await using server = await holdingServer((response) => {
      response.statusCode = response.req.url === '/pay' ? 500 : 200;
      response.end();
    });
    const requests = [requestTemplate(), requestTemplate({ method: 'POST', path: '/pay' })];
    const result = await run(loadJob({ urls: [server.url], load: burstLoad(), workload: { requests, keys: {} } }));
    balance(result);
    expect(imbalanceOf(result)).toBeUndefined();
    expect(result.byRequest).toMatchObject([
      { request: 'GET /', requests: result.requests, statuses: { 200: result.requests }, errors: {} },
      { request: 'POST /pay', requests: 0, statuses: { 500: result.failed }, errors: { 'status-5xx': result.failed } },
    ]);
  });

  it('says that it measures after the warm-up burst, and pauses before the first measured one', async () => {
    await using server = await holdingServer();
    let receivedThen: number | undefined;
    const result = await run(loadJob({ urls: [server.url], load: burstLoad() }), (message) => {
      if (message.type === 'measuring') receivedThen = server.received;
    });
    expect(receivedThen).toBe(8);
    expect(result.messages[0]).toEqual({ type: 'measuring' });
    expect(result.durationMs).toBeGreaterThanOrEqual(40);
  });

  it('tells of the seconds that pass', async () => {
    await using server = await holdingServer();
    const result = await run(loadJob({ urls: [server.url], load: burstLoad({ everyMs: 550 }) }));
    balance(result);
    expect(result.durationMs).toBeGreaterThan(1100);
    expect(result.slices).toHaveLength(Math.ceil(result.durationMs / 1000));
    const seconds = result.messages.flatMap((message) => (message.type === 'second' ? [message] : []));
    expect(seconds.map(({ phase, second, requests }) => [phase, second, requests])).toEqual(
      result.slices
        .slice(0, Math.floor(result.durationMs / 1000))
        .map(({ second, requests }) => ['measuring', second, requests]),
    );
  });

  it('reopens connections that the server closes after each answer', async () => {
    await using server = await holdingServer((response) => response.setHeader('connection', 'close').end());
    const result = await run(loadJob({ urls: [server.url], load: burstLoad() }));
    balance(result);
    expect(result.errors).toEqual({});
    expect([...server.connections.values()]).toEqual(new Array(32).fill(1));
  });

  it('reopens connections that the server closed while they were idle', async () => {
    await using server = await holdingServer();
    const result = await run(loadJob({ urls: [server.url], load: burstLoad({ everyMs: 100 }) }), (message) => {
      if (message.type === 'measuring') server.server.closeIdleConnections();
    });
    balance(result);
    expect(result.errors).toEqual({});
    expect(server.connections.size).toBe(16);
  });

  it('counts lost connections as reset', async () => {
    await using server = await serve((request, response, number) => {
      if (number <= 8) response.end();
      else if (number % 2 === 0) request.socket.resetAndDestroy();
      else if (number % 4 === 1) request.socket.end();
      else {
        response.writeHead(200, { 'content-length': 100 }).write('half');
        setTimeout(() => request.socket.destroy(), 5);
      }
    });
    const result = await run(loadJob({ urls: [server.url], load: burstLoad() }));
    balance(result);
    expect(result.errors).toEqual({ reset: 24 });
  });

  it('counts requests that are never answered as timed out, and goes on', async () => {
    await using server = await serve((_request, response, number) => {
      if (number <= 16) response.end();
    });
    const result = await run(loadJob({ urls: [server.url], load: burstLoad({ timeoutMs: 700 }) }));
    balance(result);
    expect(result.errors['timed-out']).toBe(16);
    expect(server.received).toBe(32);
  });

  it('counts refused connections', async () => {
    const result = await run(loadJob({ urls: [await deadAddress()], load: burstLoad() }));
    balance(result);
    expect(result.errors).toEqual({ refused: 24 });
  });

  it('counts what is not HTTP as another protocol', async () => {
    await using server = await servePlain((socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'));
    const result = await run(loadJob({ urls: [server.url], load: burstLoad() }));
    balance(result);
    expect(result.errors).toEqual({ protocol: 24 });
  });

  it('checks statuses and bodies', async () => {
    await using server = await serve((request, response, number) => {
      if (number % 4 === 0) response.writeHead(404).end();
      else if (number % 4 === 1) response.writeHead(500).end();
      else if (number % 4 === 2) response.end('something else');
      else response.end(`${request.method ?? ''} ${request.url ?? ''}`);
    });
    const workload = oneRequest(
      { method: 'DELETE', path: '/todos/{todo}', check: { contains: 'DELETE /todos/{todo}' } },
      { todo: { kind: 'uniform', of: 1000 } },
    );
    const result = await run(loadJob({ urls: [server.url], load: burstLoad(), workload }));
    balance(result);
    expect(result.requests).toBe(6);
    expect(result.errors).toEqual({ 'status-4xx': 6, 'status-5xx': 6, 'wrong-answer': 6 });
  });

  it('sends bodies, and the right host to each address', async () => {
    const hosts: (string | undefined)[] = [];
    const handler = (body: string, host: string | undefined, response: ServerResponse): void => {
      hosts.push(host);
      response.writeHead(body === '{"n":1}' ? 200 : 400).end();
    };
    const listen = async (): Promise<TestServer> =>
      serve((request, response) => {
        request.setEncoding('utf8').on('data', (body: string) => handler(body, request.headers.host, response));
      });
    await using first = await listen();
    await using second = await listen();
    const workload = oneRequest({ method: 'POST', body: '{"n":1}' });
    const result = await run(loadJob({ urls: [first.url, second.url], load: burstLoad(), workload }));
    balance(result);
    expect(result.errors).toEqual({});
    expect([first.connections.size, second.connections.size]).toEqual([4, 4]);
    expect(hosts.filter((host) => host === new URL(first.url).host)).toHaveLength(16);
  });
});
