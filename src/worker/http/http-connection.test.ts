import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../../model/failures.ts';
import { DrawnRequest } from '../requests/drawn-request.ts';
import { Origin } from '../requests/origin.ts';
import { serveSecurely } from '../testing/secure-server.ts';
import { deadAddress, serve, servePlain } from '../testing/servers.ts';
import type { Failure } from './failure.ts';
import { HttpClient } from './http-client.ts';
import type { Answer, HttpConnection } from './http-connection.ts';

const patient = { keepAlive: true, timeoutMs: 10_000 };

function drawn({ method = 'GET', path = '/', body, contains }: Record<string, string> = {}): DrawnRequest {
  const expected = { status: undefined, contains: contains === undefined ? undefined : Buffer.from(contains) };
  return new DrawnRequest({ name: path, method, path, body, headers: {} }, expected);
}

type End = { readonly answer: Answer } | { readonly failed: Failure; readonly connected: boolean };

/** One exchange; rejects if the end is reported before the call has returned. */
async function exchange(connection: HttpConnection, request = drawn()): Promise<End> {
  return new Promise((resolve, reject) => {
    let returned = false;
    const end = (outcome: End): void => {
      if (returned) resolve(outcome);
      else reject(new Error('The end came too early.'));
    };
    connection.exchange(request, performance.now(), {
      answered: (answer) => end({ answer }),
      failed: (failed, connected) => end({ failed, connected }),
    });
    returned = true;
  });
}

async function statusOf(connection: HttpConnection, request = drawn()): Promise<number | FailureKind> {
  const end = await exchange(connection, request);
  return 'answer' in end ? end.answer.status : end.failed.kind;
}

/** Lets everything happen that is about to. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('HttpConnection', () => {
  it('sends one request after another on one connection', async () => {
    await using server = await serve((request, response) => {
      response.setHeader('server-timing', 'db;dur=1');
      request.setEncoding('utf8').on('data', (body: string) => response.write(`${request.method ?? ''} ${body}`));
      request.on('end', () => response.end('!'));
    });
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    expect(connection.isOpen).toBe(false);
    for (const body of ['one', 'two', 'three']) {
      const end = await exchange(connection, drawn({ method: 'POST', body, contains: `POST ${body}!` }));
      if (!('answer' in end)) throw new Error(end.failed.words);
      expect(end.answer).toMatchObject({ status: 200, serverTiming: 'db;dur=1', fault: undefined });
      expect(end.answer.bytes).toBeGreaterThan(body.length);
    }
    expect([...server.connections.values()]).toEqual([3]);
    expect(connection.isOpen).toBe(true);
  });

  it('takes the next request as soon as the one before is told to have ended, right or not', async () => {
    await using server = await serve((_request, response, number) => {
      if (number % 2 === 0) response.destroy();
      else response.end();
    });
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      const next = (how: string): void => {
        seen.push(how);
        if (seen.length === 4) resolve();
        else ask();
      };
      const ask = (): void =>
        connection.exchange(drawn(), performance.now(), {
          answered: () => next('answered'),
          failed: () => next('failed'),
        });
      ask();
    });
    expect(seen).toEqual(['answered', 'failed', 'answered', 'failed']);
  });

  it('takes one request at a time', async () => {
    await using server = await serve(() => undefined);
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    void exchange(connection);
    await expect(exchange(connection)).rejects.toThrow('one request at a time');
  });

  it('keeps the beginning of a body only where the answer is wrong', async () => {
    await using server = await serve((_request, response) => response.end('hello'.repeat(1000)));
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    expect(await exchange(connection)).toMatchObject({ answer: { fault: undefined, sample: undefined } });
    const wrong = await exchange(connection, drawn({ contains: 'bye' }));
    expect(wrong).toMatchObject({ answer: { fault: 'wrong-answer', sample: { encoding: undefined } } });
    expect('answer' in wrong && wrong.answer.sample?.bytes.toString()).toBe('hello'.repeat(410).slice(0, 2048));
  });

  it('reads answers that are longer than its buffer, whole and in chunks', async () => {
    const text = `${'x'.repeat(300_000)}y`;
    await using server = await serve((request, response) => {
      if (request.url === '/chunks') response.write('>');
      response.end(text);
    });
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    for (const path of ['/', '/chunks']) {
      expect(await exchange(connection, drawn({ path, contains: text.slice(-1000) }))).toMatchObject({
        answer: { status: 200, fault: undefined },
      });
      expect(await exchange(connection, drawn({ path, contains: 'yy' }))).toMatchObject({
        answer: { fault: 'wrong-answer' },
      });
    }
    expect(server.connections.size).toBe(1);
  });

  it('opens a connection for each request where none is to be kept, and says so', async () => {
    const asked: (string | undefined)[] = [];
    await using server = await serve((request, response) => {
      asked.push(request.headers.connection);
      response.end();
    });
    using client = new HttpClient({ ...patient, keepAlive: false });
    const connection = client.connectionTo(new Origin(server.url, 0));
    for (let count = 0; count < 3; count++) expect(await statusOf(connection)).toBe(200);
    expect(asked).toEqual(['close', 'close', 'close']);
    expect([...server.connections.values()]).toEqual([1, 1, 1]);
  });

  it('connects anew after an answer that closes the connection, whether or not the server does', async () => {
    let connections = 0;
    const known = new Set<Socket>();
    await using server = await servePlain((socket) => {
      if (!known.has(socket)) connections++;
      known.add(socket);
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok');
    });
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    for (let count = 0; count < 3; count++) expect(await statusOf(connection)).toBe(200);
    expect(connections).toBe(3);
    await expect.poll(() => [...known].every((socket) => socket.destroyed)).toBe(true);
  });

  it('reads an answer that ends with its connection', async () => {
    await using server = await servePlain((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'));
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    for (let count = 0; count < 2; count++) {
      expect(await exchange(connection, drawn({ contains: 'all of it' }))).toMatchObject({
        answer: { status: 200, fault: undefined },
      });
    }
  });

  it('loses no request on a connection that the server closed while it was idle', async () => {
    await using server = await serve((_request, response) => response.end());
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    for (let count = 0; count < 3; count++) {
      expect(await statusOf(connection)).toBe(200);
      server.server.closeIdleConnections();
      await expect.poll(() => connection.isOpen).toBe(false);
    }
    expect(server.connections.size).toBe(3);
  });

  it('gives a connection up on which an answer comes that nobody asked for', async () => {
    const sockets: Socket[] = [];
    await using server = await servePlain((socket) => {
      sockets.push(socket);
      socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    });
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    expect(await statusOf(connection)).toBe(204);
    sockets[0]?.write('\r\n');
    await settle();
    expect(connection.isOpen).toBe(true);
    sockets[0]?.write('HTTP/1.1 408 Request Timeout\r\n\r\n');
    await expect.poll(() => connection.isOpen).toBe(false);
    expect(await statusOf(connection)).toBe(204);
    expect(new Set(sockets).size).toBe(2);
  });

  it('tells kinds of failures apart, and goes on after each', async () => {
    const wrongs: readonly ((socket: Socket) => void)[] = [
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.end(),
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
      (socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'),
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
      (socket) => socket.write('HTTP/1.1 204 One\r\n\r\nHTTP/1.1 204 Two\r\n\r\n'),
      (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
    ];
    let number = 0;
    await using server = await servePlain((socket) => wrongs[number++]?.(socket));
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    const ends: unknown[] = [];
    while (number < wrongs.length) ends.push(await statusOf(connection));
    expect(ends).toEqual(['reset', 'reset', 'reset', 'protocol', 'protocol', 'malformed', 204]);
  });

  it('tries an address that refuses once for each request', async () => {
    using client = new HttpClient(patient);
    const origin = new Origin(await deadAddress(), 0);
    let attempts = 0;
    const connect = origin.connect.bind(origin);
    origin.connect = (onread) => {
      attempts++;
      return connect(onread);
    };
    const connection = client.connectionTo(origin);
    for (let count = 0; count < 3; count++) {
      expect(await exchange(connection)).toMatchObject({ failed: { kind: 'refused' }, connected: false });
    }
    expect(await connection.open()).toMatchObject({ kind: 'refused' });
    await settle();
    expect(attempts).toBe(4);
  });

  it('gives up when the time is up, and not before', async () => {
    await using server = await serve((_request, response, number) => {
      if (number === 2) response.end();
    });
    using client = new HttpClient({ ...patient, timeoutMs: 100 });
    const connection = client.connectionTo(new Origin(server.url, 0));
    const startMs = performance.now();
    expect(await exchange(connection)).toEqual({
      failed: { kind: 'timed-out', words: 'there was no answer after 100 ms' },
      connected: true,
    });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(100);
    expect(await statusOf(connection)).toBe(200);
    expect([...server.connections.values()]).toEqual([1, 1]);
  });

  it('opens ahead of the first request', async () => {
    await using server = await serve((_request, response) => response.end());
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url, 0));
    expect(await connection.open()).toBeUndefined();
    expect(connection.isOpen).toBe(true);
    expect(await connection.open()).toBeUndefined();
    expect(await statusOf(connection)).toBe(200);
    expect(server.connections.size).toBe(1);
  });

  it('abandons a request without a word when it is closed', async () => {
    await using server = await serve(() => undefined);
    const client = new HttpClient(patient);
    const ends: End[] = [];
    const connections = [0, 1].map(() => client.connectionTo(new Origin(server.url, 0)));
    for (const connection of connections) void exchange(connection).then((end) => ends.push(end));
    await expect.poll(() => server.received).toBe(2);
    connections[0]?.close();
    client.close();
    await settle();
    expect(ends).toEqual([]);
    const opening = connections[1]?.open();
    client.close();
    expect(await opening).toMatchObject({ kind: 'reset' });
  });

  it('speaks TLS with a certificate that nobody knows', async () => {
    await using server = await serveSecurely((request, response) => {
      if (request.url === '/lost') request.socket.destroy();
      else response.end('secret');
    });
    for (const keepAlive of [true, false]) {
      using client = new HttpClient({ ...patient, keepAlive });
      const connection = client.connectionTo(new Origin(server.url, 0));
      for (let count = 0; count < 3; count++) {
        expect(await exchange(connection, drawn({ contains: 'secret' }))).toMatchObject({
          answer: { fault: undefined },
        });
      }
      expect(await statusOf(connection, drawn({ path: '/lost' }))).toBe('reset');
      expect(await connection.open()).toBeUndefined();
      expect(await statusOf(connection)).toBe(200);
    }
  });

  it('fails without a connection where the other side does not speak TLS', async () => {
    await using server = await servePlain((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    using client = new HttpClient(patient);
    const connection = client.connectionTo(new Origin(server.url.replace('http:', 'https:'), 0));
    expect(await exchange(connection)).toMatchObject({ failed: { kind: 'tls' }, connected: false });
  });
});
